//! Why the suite cannot run.

use maquette_host::{DescribeError, GrantError, InspectError, InstallError, StartError};

/// Why the suite cannot run. The message says what to do.
#[derive(Debug, thiserror::Error)]
pub enum SetupError {
    /// A file cannot be read.
    #[error("{path} cannot be read: {source}")]
    File {
        /// The file.
        path: String,
        /// What the system says.
        source: std::io::Error,
    },
    /// A file does not say what it should.
    #[error("{path}: {problem}")]
    Config {
        /// The file.
        path: String,
        /// What is wrong with it.
        problem: String,
    },
    /// The file is no plugin.
    #[error("it is not a plugin: {problem}")]
    Component {
        /// What is wrong with it.
        problem: String,
    },
    /// The component is no plugin of this host.
    #[error(transparent)]
    Inspect(#[from] InspectError),
    /// The component does not say what it is.
    #[error(transparent)]
    Describe(#[from] DescribeError),
    /// The host cannot start.
    #[error(transparent)]
    Start(#[from] StartError),
    /// The host cannot load the component.
    #[error(transparent)]
    Install(#[from] InstallError),
    /// The plugin cannot be configured like that.
    #[error(transparent)]
    Grants(#[from] GrantError),
    /// A rule is declared unsupported that does not exist.
    #[error(
        "`unsupported` names the rule `{0}`, which does not exist; `maquette plugin test --list` names them all"
    )]
    UnknownRule(String),
    /// Something of this machine.
    #[error("{what}: {source}")]
    Machine {
        /// What was tried.
        what: &'static str,
        /// What the system says.
        source: std::io::Error,
    },
    /// The provider's server does not start.
    #[error("the provider's server `{command}` did not start: {problem}")]
    Server {
        /// The command.
        command: String,
        /// What happened.
        problem: String,
    },
    /// The subject lacks what every rule needs.
    #[error("{0}")]
    Incomplete(String),
}

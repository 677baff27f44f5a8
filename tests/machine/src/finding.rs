//! The result of one check.

use std::fmt;
use std::process::Command;

use crate::packages;
use crate::program;

/// Whether a prerequisite is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    /// It is there; the text is its version or amount.
    Present(String),
    /// It is missing; the text says what was found instead.
    Missing(String),
}

/// A command that installs a missing prerequisite.
#[derive(Clone, Debug)]
pub(crate) enum Install {
    /// A command line without quoting: no argument contains a space.
    Command(Vec<String>),
    /// Debian packages, without starting the services they contain.
    Packages(Vec<&'static str>),
}

impl fmt::Display for Install {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Command(words) => f.write_str(&words.join(" ")),
            Self::Packages(names) => write!(
                f,
                "apt-get install --no-install-recommends {}",
                names.join(" ")
            ),
        }
    }
}

impl Install {
    pub(crate) fn run(&self) -> Result<(), String> {
        match self {
            Self::Command(words) => {
                let [program, arguments @ ..] = words.as_slice() else {
                    return Err("an empty command".to_owned());
                };
                program::output(Command::new(program).args(arguments)).map(drop)
            }
            Self::Packages(names) => packages::install(names),
        }
    }
}

/// One prerequisite and its state.
#[derive(Clone, Debug)]
pub struct Finding {
    /// Name of the prerequisite.
    pub name: String,
    /// Whether it is there.
    pub state: State,
    /// What the user does where it is missing.
    pub fix: String,
    /// The command that installs it, where this program may run one.
    pub(crate) install: Option<Install>,
}

impl Finding {
    pub(crate) fn present(name: &str, found: impl Into<String>) -> Self {
        Self {
            name: name.to_owned(),
            state: State::Present(found.into()),
            fix: String::new(),
            install: None,
        }
    }

    /// Missing; the user has to provide it.
    pub(crate) fn missing(name: &str, found: impl Into<String>, fix: impl Into<String>) -> Self {
        Self {
            name: name.to_owned(),
            state: State::Missing(found.into()),
            fix: fix.into(),
            install: None,
        }
    }

    /// Missing; [`crate::prepare`] installs it.
    pub(crate) fn installable(name: &str, found: impl Into<String>, install: Install) -> Self {
        Self {
            name: name.to_owned(),
            state: State::Missing(found.into()),
            fix: format!("run `{install}`"),
            install: Some(install),
        }
    }

    /// Whether the prerequisite is missing.
    pub fn is_missing(&self) -> bool {
        matches!(self.state, State::Missing(_))
    }

    /// Whether it is missing and [`crate::prepare`] installs it.
    pub fn is_installable(&self) -> bool {
        self.install.is_some()
    }

    pub(crate) fn failed(mut self, error: &str) -> Self {
        let found = match &self.state {
            State::Present(found) | State::Missing(found) => found,
        };
        self.state = State::Missing(format!("{found}; the installation failed: {error}"));
        self
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.state {
            State::Present(found) => write!(f, "{}: {found}", self.name),
            State::Missing(found) => write!(f, "{}: {found}; {}", self.name, self.fix),
        }
    }
}

/// Findings as lines: `ok`, `install` (installed by the command itself) or `MISSING`.
pub fn table(findings: &[Finding]) -> String {
    let line = |finding: &Finding| {
        let mark = match (finding.is_missing(), finding.is_installable()) {
            (false, _) => "ok",
            (true, true) => "install",
            (true, false) => "MISSING",
        };
        format!("{mark:<8} {finding}\n")
    };
    findings.iter().map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_tells_present_installable_and_missing_apart() {
        let words = ["rustup", "target", "add", "wasm32-wasip2"];
        let command = Install::Command(words.map(str::to_owned).to_vec());
        let findings = [
            Finding::present("Go", "1.26.8"),
            Finding::installable("target wasm32-wasip2", "not installed", command),
            Finding::missing("root", "user 1000", "run the command as root"),
        ];
        assert_eq!(
            table(&findings),
            "ok       Go: 1.26.8\n\
             install  target wasm32-wasip2: not installed; run `rustup target add wasm32-wasip2`\n\
             MISSING  root: user 1000; run the command as root\n"
        );
    }
}

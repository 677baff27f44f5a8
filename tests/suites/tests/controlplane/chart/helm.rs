//! Runs helm on the chart.

use std::path::{Path, PathBuf};
use std::process::Command;

use maquette_harness::ControlPlane;
use maquette_harness::progress::Progress;
use maquette_harness::tools::{self, Tool};

/// Rendering without a cluster takes the version that helm was built with for the cluster's.
const KUBERNETES: &str = "1.34.1";

/// The chart's folder.
pub(super) fn chart() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../charts/maquette")
}

/// What helm prints, or what it says is wrong.
pub(super) type Said = Result<String, String>;

/// Renders the chart without a cluster.
pub(super) fn template(arguments: &[&str]) -> Said {
    run(Command::new(program())
        .args(["template", "release"])
        .arg(chart())
        .args(["--kube-version", KUBERNETES])
        .args(arguments))
}

/// Checks the chart as strictly as helm can.
pub(super) fn lint(arguments: &[&str]) -> Said {
    run(Command::new(program())
        .args(["lint", "--strict"])
        .arg(chart())
        .args(arguments))
}

/// The release `maquette` in the namespace `maquette-system` of a control plane.
pub(super) struct Release<'a>(pub(super) &'a ControlPlane);

impl Release<'_> {
    pub(super) fn install(&self, arguments: &[&str]) -> Said {
        self.run(
            &[
                "install",
                "maquette",
                &chart().to_string_lossy(),
                "--create-namespace",
            ],
            arguments,
        )
    }

    pub(super) fn upgrade(&self, arguments: &[&str]) -> Said {
        self.run(
            &["upgrade", "maquette", &chart().to_string_lossy()],
            arguments,
        )
    }

    pub(super) fn uninstall(&self) -> Said {
        self.run(&["uninstall", "maquette"], &[])
    }

    fn run(&self, what: &[&str], arguments: &[&str]) -> Said {
        let mut command = Command::new(program());
        command
            .args(what)
            .args(["--namespace", "maquette-system"])
            .args(arguments);
        run(command.env("KUBECONFIG", self.0.kubeconfig()))
    }
}

fn program() -> PathBuf {
    tools::ensure(&[Tool::Helm], &Progress::new()).unwrap();
    Tool::Helm.path().unwrap()
}

fn run(command: &mut Command) -> Said {
    let ended = command.output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    if ended.status.success() {
        Ok(text(ended.stdout))
    } else {
        Err(text(ended.stderr))
    }
}

//! The languages of the example plugins, which the tests build.

use std::process::Command;

use crate::finding::{Finding, Install};
use crate::packages;
use crate::program::{output, version};

pub(crate) fn check() -> Vec<Finding> {
    vec![
        program(
            "Python",
            "python3",
            (3, 10),
            "install Python 3.10 or newer (Debian: python3)",
        ),
        venv(),
        program(
            "Node.js",
            "node",
            (20, 0),
            "install Node.js 20 or newer (Debian 12 has an older one)",
        ),
        program("npm", "npm", (9, 0), "install npm, which Node.js contains"),
    ]
}

fn program(name: &str, command: &str, least: (u32, u32), fix: &str) -> Finding {
    match output(Command::new(command).arg("--version")) {
        Ok(said) if version(&said).is_some_and(|found| found >= least) => {
            Finding::present(name, said)
        }
        Ok(said) => Finding::missing(name, said, fix),
        Err(_) => Finding::missing(name, format!("no usable `{command}` on PATH"), fix),
    }
}

fn venv() -> Finding {
    let name = "Python's module venv";
    if output(Command::new("python3").args(["-c", "import venv, ensurepip"])).is_ok() {
        Finding::present(name, "importable")
    } else if packages::can_install() {
        let install = Install::Packages(vec!["python3-venv"]);
        Finding::installable(name, "not importable", install)
    } else {
        Finding::missing(name, "not importable", "install it (Debian: python3-venv)")
    }
}

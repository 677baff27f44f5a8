//! The prerequisites of this repository's commands: the Rust target, Go, Debian packages, root, ports, disk space.
//!
//! [`check`] looks at the machine and changes nothing. [`prepare`] installs each missing prerequisite that a command can
//! install, and returns an error that names the command for every other one. The crate has no dependencies: `cargo xtask`
//! compiles it first, so that a missing prerequisite is reported within seconds and not after the compilation of everything else.

mod disk;
mod finding;
mod go;
mod languages;
pub mod packages;
mod ports;
mod privilege;
mod program;
mod purpose;
mod rust;

pub use finding::{Finding, State, table};
pub use purpose::Purpose;

use std::fmt;
use std::process::ExitCode;

/// Checks every prerequisite of a command. Nothing is installed or changed.
pub fn check(purpose: Purpose) -> Vec<Finding> {
    let mut findings = rust::check(purpose);
    if purpose.builds_tools() {
        findings.push(go::check(purpose));
    }
    if purpose.runs_cluster() {
        findings.extend(privilege::check());
        findings.push(ports::check());
        findings.push(packages::check());
    }
    if purpose == Purpose::Test {
        findings.extend(languages::check());
    }
    findings.extend(disk::check(purpose));
    findings
}

/// Prerequisites that are missing and that no command of ours can install.
#[derive(Debug)]
pub struct Unmet(Vec<Finding>);

impl std::error::Error for Unmet {}

impl fmt::Display for Unmet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the machine lacks prerequisites:")?;
        for finding in &self.0 {
            write!(f, "\n  {finding}")?;
        }
        Ok(())
    }
}

/// Checks every prerequisite and installs the missing ones. `say` gets one line for each installation, before it starts.
/// Nothing is installed where a prerequisite is missing that the user has to provide.
pub fn prepare(purpose: Purpose, say: &mut dyn FnMut(&str)) -> Result<(), Unmet> {
    let missing = |findings: Vec<Finding>| -> Vec<Finding> {
        findings.into_iter().filter(Finding::is_missing).collect()
    };
    let found = missing(check(purpose));
    let (installable, unmet): (Vec<_>, Vec<_>) = found
        .into_iter()
        .partition(|finding| finding.install.is_some());
    if !unmet.is_empty() {
        return Err(Unmet(unmet));
    }
    for finding in installable {
        let Some(install) = &finding.install else {
            continue;
        };
        say(&format!("installing {}: {install}", finding.name));
        if let Err(error) = install.run() {
            return Err(Unmet(vec![finding.failed(&error)]));
        }
    }
    // The installation's own exit status is not proof that the prerequisite is there.
    let left = missing(check(purpose));
    if left.is_empty() {
        Ok(())
    } else {
        Err(Unmet(left))
    }
}

/// `cargo xtask doctor [demo|test] [--install]`: prints every check. The exit code is a failure where something is missing
/// that the commands do not install themselves.
///
/// # Errors
/// A text for the user: an unknown argument, or a failed installation.
pub fn doctor(arguments: &[&str]) -> Result<ExitCode, String> {
    let mut purposes = Vec::new();
    let mut install = false;
    for argument in arguments {
        match *argument {
            "--install" => install = true,
            "--help" | "-h" => {
                println!("{DOCTOR_HELP}");
                return Ok(ExitCode::SUCCESS);
            }
            name => purposes.push(Purpose::named(name).ok_or_else(|| {
                format!("doctor does not know `{name}`; it takes demo, test and --install")
            })?),
        }
    }
    // The tests need all that the demo needs.
    let purpose = purposes.pop().unwrap_or(Purpose::Test);
    if install {
        prepare(purpose, &mut |line| eprintln!("{line}")).map_err(|unmet| unmet.to_string())?;
    }
    let findings = check(purpose);
    print!("{}", table(&findings));
    let unmet = findings
        .iter()
        .any(|finding| finding.is_missing() && !finding.is_installable());
    Ok(if unmet {
        ExitCode::FAILURE
    } else {
        ExitCode::SUCCESS
    })
}

const DOCTOR_HELP: &str = "\
Check the prerequisites of `cargo xtask demo` and `cargo xtask test`.

Usage: cargo xtask doctor [demo|test] [--install]

  demo       only the prerequisites of `cargo xtask demo`
  test       the prerequisites of `cargo xtask test`, which include those of the demo (default)
  --install  install what is marked `install`; demo and test do the same when they start

The exit code is 1 where a prerequisite is MISSING that you have to install.";

//! Go: it builds the programs of the test cluster, and the example plugin in Go.

use std::process::Command;

use crate::finding::Finding;
use crate::program::{output, version};
use crate::purpose::Purpose;

const NAME: &str = "Go";

pub(crate) fn check(purpose: Purpose) -> Finding {
    // The modules in tests/tools ask for 1.24, the module of the example plugin for 1.26.
    let minor = if purpose == Purpose::Test { 26 } else { 24 };
    decide(output(Command::new("go").arg("version")), minor)
}

fn decide(said: Result<String, String>, minor: u32) -> Finding {
    let fix = format!("install Go 1.{minor} or newer from https://go.dev/dl/ and add it to PATH");
    match said {
        Err(_) => Finding::missing(NAME, "no usable `go` on PATH", fix),
        Ok(said) if version(&said).is_some_and(|found| found >= (1, minor)) => {
            Finding::present(NAME, said)
        }
        Ok(said) => Finding::missing(NAME, said, fix),
    }
}

#[cfg(test)]
mod tests {
    use super::decide;

    #[test]
    fn an_older_go_and_a_missing_one_are_not_enough() {
        assert!(!decide(Ok("go version go1.24.0 linux/amd64".to_owned()), 24).is_missing());
        assert!(decide(Ok("go version go1.24.0 linux/amd64".to_owned()), 26).is_missing());
        assert!(decide(Err("not found".to_owned()), 24).is_missing());
    }
}

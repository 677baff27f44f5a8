//! Runs a command of the machine to its end.

use std::ffi::OsStr;
use std::io::{self, Write};
use std::process::{Command, Stdio};

/// A command could not be run or failed.
#[derive(Debug, thiserror::Error)]
pub enum CommandError {
    /// It could not be started.
    #[error("cannot run `{line}`; is it installed?")]
    Start {
        /// The command line.
        line: String,
        /// Why.
        source: io::Error,
    },
    /// It ended with an error.
    #[error("`{line}` failed ({status}): {stderr}")]
    Failed {
        /// The command line.
        line: String,
        /// Its exit status.
        status: std::process::ExitStatus,
        /// What it wrote to standard error, at most the last 4,000 characters.
        stderr: String,
    },
}

/// Runs a program and returns its standard output.
pub(crate) fn run<S: AsRef<OsStr>>(
    program: &str,
    arguments: impl IntoIterator<Item = S>,
) -> Result<String, CommandError> {
    let mut command = Command::new(program);
    command.args(arguments);
    output(&mut command, None)
}

/// Runs a prepared command with `input` on its standard input and returns its standard output.
pub(crate) fn output(command: &mut Command, input: Option<&str>) -> Result<String, CommandError> {
    let line = line(command);
    let start = |source| CommandError::Start {
        line: line.clone(),
        source,
    };
    command.stdin(if input.is_some() {
        Stdio::piped()
    } else {
        Stdio::null()
    });
    let mut child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(start)?;
    let writer = child
        .stdin
        .take()
        .zip(input.map(str::to_owned))
        .map(|(mut pipe, text)| {
            // A reader that ends early breaks the pipe; its exit status tells why.
            std::thread::spawn(move || drop(pipe.write_all(text.as_bytes())))
        });
    let ended = child.wait_with_output().map_err(start)?;
    if let Some(writer) = writer {
        drop(writer.join());
    }
    if ended.status.success() {
        return Ok(String::from_utf8_lossy(&ended.stdout).into_owned());
    }
    Err(CommandError::Failed {
        line,
        status: ended.status,
        stderr: end_of(&String::from_utf8_lossy(&ended.stderr), 4000),
    })
}

fn line(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words
        .map(|word| word.to_string_lossy())
        .collect::<Vec<_>>()
        .join(" ")
}

/// The last `characters` of a text, without cutting a character in two.
fn end_of(text: &str, characters: usize) -> String {
    let skip = text.chars().count().saturating_sub(characters);
    text.chars()
        .skip(skip)
        .collect::<String>()
        .trim()
        .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_gets_its_input_and_returns_its_output() {
        assert_eq!(
            output(&mut Command::new("cat"), Some("hello")).unwrap(),
            "hello"
        );
    }

    #[test]
    fn a_failed_command_is_reported_with_its_line_and_what_it_said() {
        let error = run("sh", ["-c", "echo no such thing >&2; exit 3"])
            .unwrap_err()
            .to_string();
        assert!(
            error.starts_with("`sh -c echo no") && error.ends_with("no such thing"),
            "{error}"
        );
    }

    #[test]
    fn a_missing_program_is_named() {
        assert!(
            run("no-such-program", ["x"])
                .unwrap_err()
                .to_string()
                .contains("no-such-program x")
        );
    }
}

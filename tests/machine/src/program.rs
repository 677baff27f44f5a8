//! Programs of the machine.

use std::env;
use std::path::PathBuf;
use std::process::{Command, Stdio};

/// How much of a failed command's standard error is shown, in bytes.
const SHOWN: usize = 2000;

/// Runs a command to its end and returns its standard output, trimmed.
pub(crate) fn output(command: &mut Command) -> Result<String, String> {
    let line = std::iter::once(command.get_program())
        .chain(command.get_args())
        .map(|word| word.to_string_lossy().into_owned())
        .collect::<Vec<_>>()
        .join(" ");
    let ended = command
        .stdin(Stdio::null())
        .output()
        .map_err(|error| format!("`{line}` cannot be run: {error}"))?;
    if ended.status.success() {
        return Ok(String::from_utf8_lossy(&ended.stdout).trim().to_owned());
    }
    let said = String::from_utf8_lossy(&ended.stderr);
    let said = said.trim();
    let from = said.len().saturating_sub(SHOWN);
    let from = (from..said.len()).find(|at| said.is_char_boundary(*at));
    let said = from.and_then(|from| said.get(from..)).unwrap_or_default();
    Err(format!("`{line}` failed ({}): {said}", ended.status))
}

/// The path of a program on PATH, or in the folder where Debian keeps administrators' programs.
pub(crate) fn find(name: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    env::split_paths(&path)
        .chain(["/usr/sbin".into()])
        .map(|folder| folder.join(name))
        .find(|file| file.is_file())
}

/// The first two numbers of a version such as `1.26.8` or `v20.20.2`, wherever they stand in the text.
pub(crate) fn version(text: &str) -> Option<(u32, u32)> {
    let from = text.find(|character: char| character.is_ascii_digit())?;
    let mut numbers = text
        .get(from..)?
        .split(|character: char| !character.is_ascii_digit());
    let major = numbers.next()?.parse().ok()?;
    let minor = numbers.next().and_then(|minor| minor.parse().ok());
    Some((major, minor.unwrap_or(0)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_found_in_the_words_of_programs() {
        assert_eq!(version("go version go1.26.8 linux/amd64"), Some((1, 26)));
        assert_eq!(version("v20.20.2"), Some((20, 20)));
        assert_eq!(version("Python 3.11.7"), Some((3, 11)));
        assert_eq!(version("unknown"), None);
    }

    #[test]
    fn a_failed_command_is_reported_with_its_line_and_its_standard_error() {
        let mut command = Command::new("sh");
        command.args(["-c", "echo no such thing >&2; exit 3"]);
        let error = output(&mut command).unwrap_err();
        assert!(error.ends_with("no such thing"), "{error}");
    }
}

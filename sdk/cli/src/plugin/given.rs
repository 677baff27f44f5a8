//! Values that options give by the place where they are.

use anyhow::{Context as _, bail};

/// The text itself, or what is in the file after `@`.
///
/// # Errors
/// The file cannot be read.
pub(super) fn text_or_file(text: &str) -> anyhow::Result<String> {
    match text.strip_prefix('@') {
        Some(path) => {
            std::fs::read_to_string(path).with_context(|| format!("{path} cannot be read"))
        }
        None => Ok(text.to_owned()),
    }
}

/// `NAME=env:VARIABLE` or `NAME=file:PATH`; a value on the command line would be seen by every user of the machine.
///
/// # Errors
/// It is not of this form, or cannot be read; names the option and never the value.
pub(super) fn credential(option: &str, text: &str) -> anyhow::Result<(String, String)> {
    let (name, place) = text
        .split_once('=')
        .with_context(|| format!("{option}: write NAME=env:VARIABLE or NAME=file:PATH"))?;
    let value = secret(&format!("{option} {name}"), &format!("{name}="), place)?;
    Ok((name.to_owned(), value))
}

/// What is in the environment or in a file; `prefix` is what stands before the place in the option.
///
/// # Errors
/// It cannot be read, or is no place; names the option and never the value.
pub(super) fn secret(option: &str, prefix: &str, place: &str) -> anyhow::Result<String> {
    match place.split_once(':') {
        Some(("env", variable)) => std::env::var(variable).with_context(|| {
            format!("{option}: the environment variable `{variable}` cannot be read")
        }),
        Some(("file", path)) => {
            let text = std::fs::read_to_string(path)
                .with_context(|| format!("{option}: {path} cannot be read"))?;
            Ok(text.strip_suffix('\n').map_or(text.clone(), str::to_owned))
        }
        // What was written may be the secret itself, so it is not repeated.
        _ => bail!(
            "{option}: write {prefix}env:VARIABLE or {prefix}file:PATH; a value does not belong on the command line"
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::{credential, text_or_file};

    #[test]
    fn a_credential_on_the_command_line_is_refused_without_repeating_it() {
        let error = credential("--credential", "api-key=hunter2")
            .unwrap_err()
            .to_string();
        assert!(
            error.contains("env:VARIABLE") && !error.contains("hunter2"),
            "{error}"
        );
    }

    #[test]
    fn long_arguments_come_from_files() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), "{}").unwrap();
        assert_eq!(
            text_or_file(&format!("@{}", file.path().display())).unwrap(),
            "{}"
        );
        assert_eq!(text_or_file("[]").unwrap(), "[]");
        assert!(text_or_file("@/nowhere/at/all").is_err());
    }
}

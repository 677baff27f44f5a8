//! Results on standard output, progress and errors on standard error.

use std::io::Write as _;

use serde::Serialize;

use crate::command::Format;

/// Where and how things are written.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Output {
    format: Format,
    quiet: bool,
}

impl Output {
    pub(crate) fn new(format: Format, quiet: bool) -> Self {
        Self { format, quiet }
    }

    /// The result: a JSON document, or the text for people.
    ///
    /// # Errors
    /// Standard output cannot be written.
    pub(crate) fn result<T: Serialize>(
        self,
        value: &T,
        text: impl FnOnce() -> String,
    ) -> anyhow::Result<()> {
        let text = match self.format {
            Format::Text => text(),
            Format::Json => serde_json::to_string(value)?,
        };
        Ok(writeln!(std::io::stdout(), "{text}")?)
    }

    /// What is being done.
    pub(crate) fn progress(self, text: &str) {
        if !self.quiet {
            eprintln!("{text}");
        }
    }

    /// Why it was not done, with the causes that the text does not name yet.
    pub(crate) fn failure(self, error: &anyhow::Error) {
        let mut text = error.to_string();
        for cause in error.chain().skip(1).map(ToString::to_string) {
            if !text.contains(&cause) {
                text = format!("{text}: {cause}");
            }
        }
        match self.format {
            Format::Text => eprintln!("error: {text}"),
            Format::Json => eprintln!("{}", serde_json::json!({ "error": text })),
        }
    }
}

//! One PEM document (RFC 7468).

use anyhow::{Context as _, ensure};
use base64::{Engine as _, engine::general_purpose::STANDARD};

/// The label and the content of the first document in a text.
///
/// # Errors
/// There is none, or it is not whole.
pub(super) fn decode(text: &str) -> anyhow::Result<(String, Vec<u8>)> {
    let mut lines = text.lines().map(str::trim);
    let label = lines
        .find_map(|line| line.strip_prefix("-----BEGIN ")?.strip_suffix("-----"))
        .context("it is not PEM")?;
    let end = format!("-----END {label}-----");
    let content: Vec<&str> = lines.by_ref().take_while(|line| *line != end).collect();
    ensure!(text.contains(&end), "its PEM document does not end");
    let content = STANDARD
        .decode(content.concat())
        .context("its PEM document is not base64")?;
    Ok((label.to_owned(), content))
}

#[cfg(test)]
mod tests {
    use super::decode;

    #[test]
    fn the_first_document_is_read() {
        let text = "Comment\n-----BEGIN A KEY-----\nAQID\nBA==\n-----END A KEY-----\n";
        assert_eq!(
            decode(text).unwrap(),
            ("A KEY".to_owned(), vec![1, 2, 3, 4])
        );
    }

    #[test]
    fn what_is_not_whole_is_refused() {
        for text in [
            "",
            "AQID",
            "-----BEGIN A-----\nAQID\n",
            "-----BEGIN A-----\n?\n-----END A-----",
        ] {
            assert!(decode(text).is_err(), "{text}");
        }
    }
}

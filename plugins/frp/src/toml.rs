//! Texts inside of frpc's configuration, which is TOML after it was a template (Go's `text/template`).

use std::fmt::Write as _;

/// A TOML string (TOML 1.0, "basic strings"). Braces are escaped too, so that no text becomes a part of the template: a
/// path such as `/{{ .Envs.TOKEN }}` must not tell what stands in the connector's environment.
pub(crate) fn quoted(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for character in text.chars() {
        match character {
            '"' | '\\' => {
                quoted.push('\\');
                quoted.push(character);
            }
            '{' | '}' | '\0'..='\u{1f}' | '\u{7f}' => {
                // Writing to a String cannot fail.
                let _ = write!(quoted, "\\u{:04X}", u32::from(character));
            }
            other => quoted.push(other),
        }
    }
    quoted.push('"');
    quoted
}

/// A variable of the connector's environment, as a string.
pub(crate) fn variable(name: &str) -> String {
    format!("{{{{ printf \"%q\" .Envs.{name} }}}}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_ends_neither_its_string_nor_becomes_a_template() {
        assert_eq!(quoted("web.test"), r#""web.test""#);
        assert_eq!(quoted("a\"\\b\n"), r#""a\"\\b\u000A""#);
        let hostile = quoted("/{{ .Envs.TOKEN }}");
        assert!(
            !hostile.contains("{{") && !hostile.contains("}}"),
            "{hostile}"
        );
        assert_eq!(variable("TOKEN"), r#"{{ printf "%q" .Envs.TOKEN }}"#);
    }
}

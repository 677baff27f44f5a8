//! The header `WWW-Authenticate` (RFC 9110, section 11.6.1), as far as registries use it.

/// What a registry asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Challenge {
    /// User and password with every request (RFC 7617).
    Basic,
    /// A token from another server.
    Bearer {
        /// Where tokens are made.
        realm: String,
        /// Name of the registry there.
        service: Option<String>,
        /// What the token shall allow.
        scope: Option<String>,
    },
}

impl Challenge {
    /// The first challenge that this client can answer.
    pub(crate) fn parse(header: &str) -> Option<Self> {
        let (scheme, parameters) = header.trim().split_once(' ').unwrap_or((header.trim(), ""));
        if scheme.eq_ignore_ascii_case("basic") {
            return Some(Self::Basic);
        }
        if !scheme.eq_ignore_ascii_case("bearer") {
            return None;
        }
        let (mut realm, mut service, mut scope) = (None, None, None);
        let mut rest = parameters;
        while let Some((name, value, after)) = parameter(rest) {
            match name.to_ascii_lowercase().as_str() {
                "realm" => realm = Some(value),
                "service" => service = Some(value),
                "scope" => scope = Some(value),
                _ => {}
            }
            rest = after;
        }
        Some(Self::Bearer {
            realm: realm?,
            service,
            scope,
        })
    }
}

/// `name="value"` or `name=value`, and what comes after it.
fn parameter(text: &str) -> Option<(&str, String, &str)> {
    let text = text.trim_start_matches([' ', ',', '\t']);
    let (name, rest) = text.split_once('=')?;
    let Some(quoted) = rest.strip_prefix('"') else {
        let (value, after) = rest.split_once(',').unwrap_or((rest, ""));
        return Some((name.trim(), value.trim().to_owned(), after));
    };
    let mut value = String::new();
    let mut characters = quoted.char_indices();
    while let Some((at, character)) = characters.next() {
        match character {
            '"' => return Some((name.trim(), value, quoted.get(at + 1..)?)),
            '\\' => value.push(characters.next()?.1),
            other => value.push(other),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::Challenge;

    #[test]
    fn the_challenges_of_real_registries_are_understood() {
        assert_eq!(
            Challenge::parse("Basic realm=\"test\""),
            Some(Challenge::Basic)
        );
        assert_eq!(
            Challenge::parse(
                "Bearer realm=\"https://auth.example.com/token\",service=\"registry.example.com\",scope=\"repository:a/b:pull,push\""
            ),
            Some(Challenge::Bearer {
                realm: "https://auth.example.com/token".into(),
                service: Some("registry.example.com".into()),
                scope: Some("repository:a/b:pull,push".into()),
            })
        );
        assert_eq!(
            Challenge::parse("bearer realm=\"a\\\"b\", error=insufficient_scope , service=c"),
            Some(Challenge::Bearer {
                realm: "a\"b".into(),
                service: Some("c".into()),
                scope: None,
            })
        );
    }

    #[test]
    fn what_is_no_challenge_of_a_registry_is_none() {
        for text in [
            "",
            "Bearer",
            "Bearer service=\"a\"",
            "Negotiate",
            "Bearer realm=\"open",
        ] {
            assert_eq!(Challenge::parse(text), None, "{text}");
        }
    }
}

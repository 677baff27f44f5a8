use url::Url;

use crate::{egress::is_loopback_name_or_address, names::Origin};

/// What a registry asks for in `WWW-Authenticate` (RFC 9110, section 11; token flow of the distribution project).
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Challenge {
    /// User and password with every request.
    Basic,
    /// A token from the realm.
    Bearer {
        realm: String,
        service: Option<String>,
    },
}

/// Reads a challenge; nothing where it is of another kind.
pub(super) fn parse_challenge(header: &str) -> Option<Challenge> {
    let (scheme, parameters) = header.trim().split_once(' ').unwrap_or((header.trim(), ""));
    if scheme.eq_ignore_ascii_case("basic") {
        return Some(Challenge::Basic);
    }
    if !scheme.eq_ignore_ascii_case("bearer") {
        return None;
    }
    let parameters = parse_parameters(parameters);
    let find = |name: &str| {
        parameters
            .iter()
            .find(|(key, _)| key.eq_ignore_ascii_case(name))
            .map(|(_, v)| v.clone())
    };
    Some(Challenge::Bearer {
        realm: find("realm")?,
        service: find("service"),
    })
}

/// `name="value", name=value`; quoted values may contain commas.
fn parse_parameters(text: &str) -> Vec<(String, String)> {
    let mut parameters = Vec::new();
    let mut rest = text;
    while let Some((name, after)) = rest.split_once('=') {
        let name = name.trim_matches([' ', ',']).to_owned();
        let after = after.trim_start();
        let (value, left) = match after.strip_prefix('"') {
            Some(quoted) => quoted.split_once('"').unwrap_or((quoted, "")),
            None => after.split_once(',').unwrap_or((after, "")),
        };
        parameters.push((name, value.trim().to_owned()));
        rest = left;
    }
    parameters
}

/// Where the token comes from, if the credential may go there.
///
/// Over TLS the registry itself names its realm, and it gets nothing but its own credential. Over plain HTTP anybody in
/// between could name it, so there it must be the registry's own host; and no registry may send us to this machine.
pub(super) fn realm(
    realm: &str,
    service: Option<&str>,
    repository: &str,
    registry: &Origin,
) -> Result<Url, &'static str> {
    let mut url = Url::parse(realm).map_err(|_| "which is not a URL")?;
    let target = Origin::of_url(&url).map_err(|_| "which is neither https nor http")?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err("which carries a user name");
    }
    if target != *registry {
        if is_loopback_name_or_address(&target) && !is_loopback_name_or_address(registry) {
            return Err("which is on this machine");
        }
        let both_local =
            is_loopback_name_or_address(&target) && is_loopback_name_or_address(registry);
        if !target.is_https() && !both_local && target.host() != registry.host() {
            return Err("which is not https");
        }
        if !registry.is_https() && !both_local && target.host() != registry.host() {
            return Err("which is another host, and the registry is not asked over https");
        }
        if registry.is_https() && !target.is_https() {
            return Err("which is not https");
        }
    }
    if let Some(service) = service {
        url.query_pairs_mut().append_pair("service", service);
    }
    url.query_pairs_mut()
        .append_pair("scope", &format!("repository:{repository}:pull"));
    Ok(url)
}

/// Whether a blob may be fetched from where the registry redirects to. No credential goes there.
pub(super) fn check_redirect(target: &Origin, registry: &Origin) -> Result<(), &'static str> {
    let local = is_loopback_name_or_address(registry);
    let link_local = target
        .address()
        .is_some_and(|address| match address.to_canonical() {
            std::net::IpAddr::V4(v4) => v4.is_link_local() || v4.is_unspecified(),
            std::net::IpAddr::V6(v6) => v6.is_unicast_link_local() || v6.is_unspecified(),
        });
    if link_local || (is_loopback_name_or_address(target) && !local) {
        return Err("which is on this machine or its link");
    }
    if !target.is_https() && registry.is_https() {
        return Err("which is not https");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn challenges_are_read_with_commas_in_quotes() {
        let header = r#"Bearer realm="https://auth.example/token",service="registry, main",scope="repository:a:pull""#;
        let expected = Challenge::Bearer {
            realm: "https://auth.example/token".into(),
            service: Some("registry, main".into()),
        };
        assert_eq!(parse_challenge(header), Some(expected));
        assert_eq!(
            parse_challenge(r#"Basic realm="x""#),
            Some(Challenge::Basic)
        );
        assert_eq!(parse_challenge("Negotiate"), None);
        assert_eq!(parse_challenge(r#"Bearer service="x""#), None);
    }

    fn ask(target: &str, registry: &str) -> Result<String, &'static str> {
        realm(target, Some("r"), "team/plugin", &registry.parse().unwrap())
            .map(|url| url.to_string())
    }

    #[test]
    fn a_realm_is_https_or_the_registry_itself() {
        assert_eq!(
            ask("https://auth.example/token", "https://r.example").as_deref(),
            Ok("https://auth.example/token?service=r&scope=repository%3Ateam%2Fplugin%3Apull")
        );
        assert!(ask("http://127.0.0.1:5001/token", "http://127.0.0.1:5000").is_ok());
        assert!(ask("http://r.internal:5000/token", "http://r.internal:5000").is_ok());
        assert!(ask("http://r.internal:5001/token", "http://r.internal:5000").is_ok());
    }

    #[test]
    fn a_realm_that_could_leak_the_credential_is_refused() {
        let refused = [
            ("http://auth.example/token", "https://r.example"),
            ("http://r.example/token", "https://r.example"),
            ("http://evil.example/token", "http://r.internal:5000"),
            ("https://evil.example/token", "http://r.internal:5000"),
            ("http://127.0.0.1:8080/token", "https://r.example"),
            ("https://localhost/token", "https://r.example"),
            ("http://[::1]:8080/token", "http://r.internal:5000"),
            ("https://user@auth.example/token", "https://r.example"),
            ("file:///etc/passwd", "https://r.example"),
            ("token", "https://r.example"),
        ];
        let allowed: Vec<_> = refused
            .into_iter()
            .filter(|(target, registry)| ask(target, registry).is_ok())
            .collect();
        assert_eq!(allowed, []);
    }

    #[test]
    fn a_redirect_leads_neither_to_this_machine_nor_out_of_tls() {
        let check = |target: &str, registry: &str| {
            check_redirect(&target.parse().unwrap(), &registry.parse().unwrap())
        };
        assert_eq!(check("https://blobs.example", "https://r.example"), Ok(()));
        assert_eq!(check("http://127.0.0.1:9", "http://127.0.0.1:5000"), Ok(()));
        assert!(check("http://blobs.example", "https://r.example").is_err());
        assert!(check("https://127.0.0.1", "https://r.example").is_err());
        assert!(check("http://169.254.169.254", "http://r.internal:5000").is_err());
    }
}

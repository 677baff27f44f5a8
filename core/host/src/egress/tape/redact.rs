//! Takes credentials out of what is kept. Pure.
//!
//! Credentials of the Provider are not in it to begin with: the plugin has placeholders, which become names here, and what
//! comes back was scrubbed. What remains are credentials that servers hand out (access tokens, cookies) and what is made
//! from keys (signatures).

use std::collections::BTreeMap;

use http::HeaderMap;
use serde_json::Value;

use super::Body;
use crate::scrub::Needles;

const REMOVED: &str = "<removed>";
/// Headers that carry credentials or what is made from them.
const HEADERS: [&str; 9] = [
    "authorization",
    "cookie",
    "proxy-authorization",
    "set-cookie",
    "x-amz-security-token",
    "x-api-key",
    "x-auth-token",
    "x-goog-iam-authorization-token",
    "x-vault-token",
];
/// Headers of a connection, which a replay has not.
const CONNECTION: [&str; 4] = [
    "connection",
    "content-length",
    "keep-alive",
    "transfer-encoding",
];
/// Fields of JSON, forms and queries, and XML elements, in lower case and without `-` and `_`.
const FIELDS: [&str; 20] = [
    "accesskey",
    "accesstoken",
    "apikey",
    "assertion",
    "clientassertion",
    "clientsecret",
    "idtoken",
    "jwt",
    "password",
    "privatekey",
    "refreshtoken",
    "secret",
    "secretaccesskey",
    "secretkey",
    "sessiontoken",
    "sig",
    "signature",
    "token",
    "xamzsecuritytoken",
    "xamzsignature",
];

/// What stands for secrets in what a plugin writes: placeholders and what they are called in a recording.
#[derive(Debug, Clone, Default)]
pub(in crate::egress) struct Names(pub(in crate::egress) Vec<(String, String)>);

impl Names {
    fn put_into(&self, text: String) -> String {
        self.0.iter().fold(text, |text, (placeholder, name)| {
            text.replace(placeholder, name)
        })
    }

    /// A URL without placeholders and without the values of secret parameters.
    pub(in crate::egress) fn url(&self, url: &str, needles: &Needles) -> String {
        let url = needles.mask_text(self.put_into(url.to_owned()));
        match url.split_once('?') {
            Some((path, query)) => format!("{path}?{}", form(query)),
            None => url,
        }
    }

    /// Headers without credentials and without those of the connection.
    pub(in crate::egress) fn headers(
        &self,
        headers: &HeaderMap,
        needles: &Needles,
    ) -> BTreeMap<String, String> {
        let kept = headers
            .iter()
            .filter(|(name, _)| !CONNECTION.contains(&name.as_str()));
        let mut all = BTreeMap::new();
        for (name, value) in kept {
            let text = String::from_utf8_lossy(value.as_bytes()).into_owned();
            let named = self.put_into(text);
            let is_named = self.0.iter().any(|(_, name)| *name == named);
            let value = if HEADERS.contains(&name.as_str()) && !is_named {
                REMOVED.to_owned()
            } else {
                needles.mask_text(named)
            };
            all.entry(name.as_str().to_owned())
                .and_modify(|all: &mut String| *all = format!("{all}, {value}"))
                .or_insert(value);
        }
        all
    }

    /// A body without placeholders and without the values of secret fields.
    pub(in crate::egress) fn body(&self, octets: &[u8], needles: &Needles) -> Body {
        let mut octets = octets.to_vec();
        needles.mask(&mut octets);
        let Ok(text) = String::from_utf8(octets.clone()) else {
            return Body::binary(&octets);
        };
        let text = self.put_into(text);
        if let Ok(mut json) = serde_json::from_str::<Value>(&text) {
            let changed = redact_json(&mut json);
            return Body::Text(if changed { json.to_string() } else { text });
        }
        if text.trim_start().starts_with('<') {
            return Body::Text(xml(&text));
        }
        let is_form = !text.contains(char::is_whitespace) && text.contains('=');
        Body::Text(if is_form { form(&text) } else { text })
    }
}

fn is_secret(name: &str) -> bool {
    let plain: String = name
        .chars()
        .filter(|letter| !matches!(letter, '-' | '_'))
        .map(|letter| letter.to_ascii_lowercase())
        .collect();
    FIELDS.contains(&plain.as_str())
}

/// Whether something was taken out.
fn redact_json(value: &mut Value) -> bool {
    match value {
        Value::Object(fields) => {
            let mut changed = false;
            for (name, value) in fields {
                if is_secret(name) && value.is_string() {
                    *value = Value::String(REMOVED.to_owned());
                    changed = true;
                } else {
                    changed |= redact_json(value);
                }
            }
            changed
        }
        Value::Array(items) => {
            let mut changed = false;
            for item in items {
                changed |= redact_json(item);
            }
            changed
        }
        _ => false,
    }
}

fn form(text: &str) -> String {
    let pairs = text.split('&').map(|pair| match pair.split_once('=') {
        Some((name, _)) if is_secret(name) => format!("{name}={REMOVED}"),
        _ => pair.to_owned(),
    });
    pairs.collect::<Vec<_>>().join("&")
}

/// The text of elements with secret names goes; elements within them are no secrets.
fn xml(text: &str) -> String {
    let mut parts = text.split('<');
    let mut redacted = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        redacted.push('<');
        match part.split_once('>') {
            Some((tag, content)) if !content.is_empty() && is_secret(tag) => {
                redacted.push_str(tag);
                redacted.push('>');
                redacted.push_str(REMOVED);
            }
            _ => redacted.push_str(part),
        }
    }
    redacted
}

#[cfg(test)]
mod tests {
    use http::{HeaderMap, HeaderValue};

    use super::{Body, Names};
    use crate::egress::Needles;
    use crate::names::Secret;

    fn names() -> Names {
        Names(vec![(
            "maquette-credential-12".into(),
            "<credential token>".into(),
        )])
    }

    fn needles() -> Needles {
        Needles::of([&Secret::new("canary-secret")])
    }

    fn body(text: &str) -> String {
        match names().body(text.as_bytes(), &needles()) {
            Body::Text(text) => text,
            Body::Octets { base64 } => panic!("{base64}"),
        }
    }

    #[test]
    fn a_credential_is_named_and_what_is_made_from_one_goes() {
        let mut headers = HeaderMap::new();
        headers.insert(
            "authorization",
            HeaderValue::from_static("maquette-credential-12"),
        );
        headers.insert("cookie", HeaderValue::from_static("session=canary"));
        headers.insert("x-note", HeaderValue::from_static("canary-secret"));
        headers.insert("content-length", HeaderValue::from_static("3"));
        let kept = names().headers(&headers, &needles());
        let kept: Vec<_> = kept
            .iter()
            .map(|(name, value)| format!("{name}: {value}"))
            .collect();
        assert_eq!(
            kept,
            [
                "authorization: <credential token>",
                "cookie: <removed>",
                "x-note: *************"
            ]
        );
        let signed = HeaderValue::from_static("AWS4-HMAC-SHA256 Credential=a, Signature=b");
        headers.insert("authorization", signed);
        assert_eq!(
            names().headers(&headers, &needles())["authorization"],
            "<removed>"
        );
    }

    #[test]
    fn what_servers_hand_out_goes_in_every_form() {
        assert_eq!(
            body(
                r#"{"access_token":"canary","items":[{"Client-Secret":"canary","token":1}],"nextPageToken":"p"}"#
            ),
            r#"{"access_token":"<removed>","items":[{"Client-Secret":"<removed>","token":1}],"nextPageToken":"p"}"#
        );
        assert_eq!(
            body("grant_type=jwt&assertion=canary"),
            "grant_type=jwt&assertion=<removed>"
        );
        assert_eq!(
            body("<?xml?><R><SessionToken>canary</SessionToken><Id>1</Id></R>"),
            "<?xml?><R><SessionToken><removed></SessionToken><Id>1</Id></R>"
        );
        assert_eq!(
            names().url(
                "https://a/b?sig=canary&name=maquette-credential-12",
                &needles()
            ),
            "https://a/b?sig=<removed>&name=<credential token>"
        );
    }

    #[test]
    fn what_holds_no_secret_is_kept_as_it_is() {
        for text in [
            "",
            "{ \"name\" : \"a\" }",
            "plain text = with spaces",
            "<Name>a</Name>",
        ] {
            assert_eq!(body(text), text);
        }
        let binary = names().body(&[0xff, 0], &needles());
        assert_eq!(binary.octets(), [0xff, 0]);
    }
}

//! The canonical form of a request: what both sides hash. Pure.

use std::fmt::Write as _;

use http::{Method, Uri};
use ring::digest::{SHA256, digest as hash};

/// Lower-case hexadecimal digits.
pub(super) fn hex(octets: &[u8]) -> String {
    octets.iter().fold(
        String::with_capacity(octets.len() * 2),
        |mut text, octet| {
            // Writing into a String cannot fail.
            let _ = write!(text, "{octet:02x}");
            text
        },
    )
}

/// The SHA-256 of these octets, in hexadecimal digits.
pub(super) fn digest(octets: &[u8]) -> String {
    hex(hash(&SHA256, octets).as_ref())
}

/// Names of the signed headers and the canonical request ("Create a canonical request",
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html>).
///
/// The path of the URI has to be escaped already, and is escaped once more, as every service but S3 wants it.
pub(super) fn request(
    method: &Method,
    uri: &Uri,
    headers: &[(String, String)],
    payload: &str,
) -> (String, String) {
    let mut headers: Vec<(String, String)> = headers
        .iter()
        .map(|(name, value)| (name.to_ascii_lowercase(), squeeze(value)))
        .collect();
    headers.sort();
    let signed = headers
        .iter()
        .map(|(name, _)| name.as_str())
        .collect::<Vec<_>>()
        .join(";");
    let lines = headers
        .iter()
        .fold(String::new(), |mut lines, (name, value)| {
            // Writing into a String cannot fail.
            let _ = writeln!(lines, "{name}:{value}");
            lines
        });
    let canonical = format!(
        "{method}\n{}\n{}\n{lines}\n{signed}\n{payload}",
        path(uri.path()),
        query(uri.query().unwrap_or_default()),
    );
    (signed, canonical)
}

/// Each segment escaped; what was escaped before is escaped once more.
fn path(path: &str) -> String {
    let path: Vec<String> = path
        .split('/')
        .map(|segment| escape(segment.as_bytes()))
        .collect();
    let path = path.join("/");
    if path.is_empty() {
        "/".to_owned()
    } else {
        path
    }
}

/// Parameters in the order of their names and values, each escaped exactly once.
fn query(query: &str) -> String {
    let mut parameters: Vec<(String, String)> = query
        .split('&')
        .filter(|parameter| !parameter.is_empty())
        .map(|parameter| {
            let (name, value) = parameter.split_once('=').unwrap_or((parameter, ""));
            (escape(&unescape(name)), escape(&unescape(value)))
        })
        .collect();
    parameters.sort();
    parameters
        .iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect::<Vec<_>>()
        .join("&")
}

/// Every octet but letters, digits and `-._~` as `%XX` (RFC 3986, section 2.3).
fn escape(octets: &[u8]) -> String {
    octets.iter().fold(String::new(), |mut text, octet| {
        if octet.is_ascii_alphanumeric() || b"-._~".contains(octet) {
            text.push(char::from(*octet));
        } else {
            // Writing into a String cannot fail.
            let _ = write!(text, "%{octet:02X}");
        }
        text
    })
}

fn unescape(text: &str) -> Vec<u8> {
    let mut octets = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, tail)) = rest.split_first() {
        let escaped = tail
            .get(..2)
            .filter(|_| first == b'%')
            .and_then(|digits| std::str::from_utf8(digits).ok())
            .and_then(|digits| u8::from_str_radix(digits, 16).ok());
        octets.push(escaped.unwrap_or(first));
        rest = if escaped.is_some() {
            tail.get(2..).unwrap_or_default()
        } else {
            tail
        };
    }
    octets
}

/// Without space around it, and with single spaces inside.
fn squeeze(value: &str) -> String {
    value.split_ascii_whitespace().collect::<Vec<_>>().join(" ")
}

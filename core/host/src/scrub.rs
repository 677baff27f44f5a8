//! Secrets are masked in what plugins receive, log and report. Pure.

use std::collections::BTreeSet;

use base64::{Engine as _, engine::general_purpose};
use bytes::Bytes;
use memchr::memmem;
use url::form_urlencoded::byte_serialize;
use zeroize::Zeroizing;

use crate::names::Secret;

/// Shorter texts are not looked for: they would be found everywhere.
const SHORTEST: usize = 4;
const MASK: u8 = b'*';

/// The forms in which secrets are looked for in what a plugin receives: as they are, as JSON and URLs write them, in hex,
/// and in base64, both alphabets, at each of the three positions that a secret can have in an encoded text.
pub(crate) struct Needles(Vec<Zeroizing<Vec<u8>>>);

impl Needles {
    pub(crate) fn of<'a>(secrets: impl IntoIterator<Item = &'a Secret>) -> Self {
        let mut forms = BTreeSet::new();
        for secret in secrets {
            // The password of `user:password` is a secret by itself.
            let password = secret
                .bytes()
                .iter()
                .position(|byte| *byte == b':')
                .map(|colon| colon + 1);
            for part in [
                Some(secret.bytes()),
                password.and_then(|start| secret.bytes().get(start..)),
            ] {
                forms.extend(part.into_iter().flat_map(forms_of));
            }
        }
        forms.retain(|form| form.len() >= SHORTEST);
        Self(forms.into_iter().map(Zeroizing::new).collect())
    }

    /// These, and those of more secrets.
    pub(crate) fn and(&self, secrets: &[Secret]) -> Self {
        let mut all = Self::of(secrets);
        all.0.extend(self.0.iter().cloned());
        all
    }

    /// Overwrites every secret. The length stays.
    pub(crate) fn mask(&self, text: &mut [u8]) {
        for needle in &self.0 {
            let found: Vec<usize> = memmem::find_iter(text, needle.as_slice()).collect();
            for start in found {
                if let Some(secret) = text.get_mut(start..start + needle.len()) {
                    secret.fill(MASK);
                }
            }
        }
    }

    /// The same for text.
    pub(crate) fn mask_text(&self, text: String) -> String {
        let mut bytes = text.into_bytes();
        self.mask(&mut bytes);
        String::from_utf8(bytes)
            .unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned())
    }

    /// How many bytes at the end may be the beginning of a secret.
    fn unfinished(&self, text: &[u8]) -> usize {
        let longest = |needle: &Zeroizing<Vec<u8>>| {
            let most = text.len().min(needle.len() - 1);
            (1..=most).rev().find(|length| {
                needle
                    .get(..*length)
                    .is_some_and(|start| text.ends_with(start))
            })
        };
        self.0.iter().filter_map(longest).max().unwrap_or(0)
    }
}

fn forms_of(secret: &[u8]) -> Vec<Vec<u8>> {
    let mut forms = vec![secret.to_vec()];
    forms.extend(escaped(secret).into_iter().map(String::into_bytes));
    for (before, affected) in [(0, 0), (1, 2), (2, 3)] {
        let mut padded = vec![0; before];
        padded.extend_from_slice(secret);
        // Characters that hold bits of neighbours are left out.
        let whole = padded.len() / 3 * 4 + [0, 1, 2].get(padded.len() % 3).copied().unwrap_or(0);
        for engine in [
            general_purpose::STANDARD_NO_PAD,
            general_purpose::URL_SAFE_NO_PAD,
        ] {
            let encoded = engine.encode(&padded).into_bytes();
            forms.extend(encoded.get(affected..whole).map(<[u8]>::to_vec));
        }
    }
    forms
}

/// As servers that answer with what they were sent often write it.
fn escaped(secret: &[u8]) -> Vec<String> {
    let url: String = byte_serialize(secret).collect();
    let spaces = url.replace('+', "%20");
    let mut forms = vec![hex::encode(secret), hex::encode_upper(secret)];
    if let Ok(text) = std::str::from_utf8(secret) {
        let json = serde_json::Value::from(text).to_string();
        let json = json.strip_prefix('"').and_then(|it| it.strip_suffix('"'));
        let json = json.unwrap_or_default().to_owned();
        // Some writers escape the slash, too.
        forms.extend([json.replace('/', "\\/"), json]);
    }
    forms.extend([url, spaces]);
    forms
}

/// Scrubs a stream, also where a secret lies across the border of two pieces.
pub(crate) struct Scrubber {
    needles: std::sync::Arc<Needles>,
    held_back: Vec<u8>,
}

impl Scrubber {
    pub(crate) fn new(needles: std::sync::Arc<Needles>) -> Self {
        Self {
            needles,
            held_back: Vec::new(),
        }
    }

    /// Takes a piece and gives what can be passed on. Only what may be the beginning of a secret waits for more.
    pub(crate) fn push(&mut self, piece: &Bytes) -> Bytes {
        let mut text = std::mem::take(&mut self.held_back);
        text.extend_from_slice(piece);
        self.needles.mask(&mut text);
        self.held_back = text.split_off(text.len() - self.needles.unfinished(&text));
        text.into()
    }

    /// What is left at the end.
    pub(crate) fn finish(&mut self) -> Bytes {
        std::mem::take(&mut self.held_back).into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &str = "s3cr3t-api-key";

    fn needles() -> std::sync::Arc<Needles> {
        std::sync::Arc::new(Needles::of([&Secret::new(SECRET)]))
    }

    #[test]
    fn a_secret_is_masked_wherever_a_stream_is_cut() {
        let text = format!("{{\"echo\":\"{SECRET}\"}}");
        for cut in 0..=text.len() {
            let mut scrubber = Scrubber::new(needles());
            let (first, second) = text.split_at(cut);
            let mut seen = scrubber
                .push(&Bytes::copy_from_slice(first.as_bytes()))
                .to_vec();
            seen.extend(scrubber.push(&Bytes::copy_from_slice(second.as_bytes())));
            seen.extend(scrubber.finish());
            assert_eq!(
                String::from_utf8(seen).unwrap(),
                "{\"echo\":\"**************\"}",
                "cut at {cut}"
            );
        }
    }

    #[test]
    fn a_secret_is_masked_in_base64_whatever_stands_around_it() {
        for (before, after) in [
            ("", ""),
            ("u", ""),
            ("us", "x"),
            ("user:", "yz"),
            ("user: ", ".."),
        ] {
            let plain = format!("{before}{SECRET}{after}");
            for engine in [general_purpose::STANDARD, general_purpose::URL_SAFE] {
                let encoded = needles().mask_text(engine.encode(&plain));
                let decoded = engine.decode(encoded.replace('*', "A")).unwrap();
                let visible = decoded
                    .windows(4)
                    .any(|part| SECRET.as_bytes().windows(4).any(|s| s == part));
                assert!(!visible, "{before}|{after}: {encoded}");
            }
        }
    }

    #[test]
    fn a_secret_is_masked_as_json_and_urls_write_it_and_in_hex() {
        let needles = Needles::of([&Secret::new("pa\"ss/w\\ord +1")]);
        for written in [
            r#"pa\"ss/w\\ord +1"#,
            r#"pa\"ss\/w\\ord +1"#,
            "pa%22ss%2Fw%5Cord+%2B1",
            "pa%22ss%2Fw%5Cord%20%2B1",
            "70612273732f775c6f7264202b31",
            "70612273732F775C6F7264202B31",
        ] {
            let seen = needles.mask_text(format!("<{written}>"));
            assert_eq!(seen, format!("<{}>", "*".repeat(written.len())));
        }
    }

    #[test]
    fn the_password_of_a_basic_credential_is_masked_by_itself() {
        let needles = Needles::of([&Secret::new("admin:hunter22")]);
        assert_eq!(
            needles.mask_text("wrong password hunter22 for admin".into()),
            "wrong password ******** for admin"
        );
    }

    #[test]
    fn what_cannot_become_a_secret_is_passed_on_at_once() {
        let mut scrubber = Scrubber::new(needles());
        assert_eq!(
            scrubber.push(&Bytes::from_static(b"event: done\n")),
            "event: done\n"
        );
        assert_eq!(scrubber.push(&Bytes::from_static(b"s3cr3t")), "");
        assert_eq!(scrubber.push(&Bytes::from_static(b"s!")), "s3cr3ts!");
    }
}

use std::{collections::BTreeSet, sync::Arc};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use bytes::BytesMut;
use memchr::memmem;
use serde_json::Value;
use wasmtime_wasi_http::{Error, WasiBody};
use zeroize::Zeroizing;

use super::{
    Needles,
    body::{full, whole},
    denials::Denials,
};
use crate::manifest::SecretPlace;

/// The largest request body of a call that handles a secret of the host, bytes: it is held as a whole.
const BODY_BYTES: usize = 1 << 20;

/// What one call puts into and takes out of its traffic besides the headers of credentials.
#[derive(Clone)]
pub(super) struct Secrets {
    /// What is masked in what comes back.
    pub(super) needles: Arc<Needles>,
    /// What is put into bodies.
    pub(super) concealed: Option<Arc<Concealed>>,
}

/// A secret of the host, of a tunnel or a webhook, that the plugin handles by a placeholder of the same form.
pub(super) struct Concealed {
    pub(super) placeholder: String,
    secret: Zeroizing<String>,
}

impl Concealed {
    /// A placeholder is as random and as long as the secret, so that it cannot be guessed and no length changes. The secret is 32
    /// bytes in base64 behind this prefix.
    pub(super) fn new(secret: &str, prefix: &str) -> Result<Self, getrandom::Error> {
        let mut random = [0_u8; 32];
        getrandom::fill(&mut random)?;
        Ok(Self {
            placeholder: format!("{prefix}{}", STANDARD.encode(random)),
            secret: Zeroizing::new(secret.to_owned()),
        })
    }

    /// Puts the secret into the places of a JSON body that the manifest names for a request to this path.
    ///
    /// # Errors
    /// The placeholder is somewhere else, too: nothing is put in then.
    fn fill(&self, body: &mut [u8], path: &str, places: &[SecretPlace]) -> Result<(), Elsewhere> {
        let found: Vec<usize> = memmem::find_iter(body, self.placeholder.as_bytes()).collect();
        if found.is_empty() {
            return Ok(());
        }
        let json: Value = serde_json::from_slice(body).unwrap_or_default();
        let is_here = |place: &&SecretPlace| {
            place.is_at(path)
                && json.pointer(&place.pointer).and_then(Value::as_str) == Some(&self.placeholder)
        };
        let here: BTreeSet<&str> = places
            .iter()
            .filter(is_here)
            .map(|place| place.pointer.as_str())
            .collect();
        if here.len() != found.len() {
            return Err(Elsewhere);
        }
        for start in found {
            if let Some(place) = body.get_mut(start..start + self.placeholder.len()) {
                place.copy_from_slice(self.secret.as_bytes());
            }
        }
        Ok(())
    }
}

/// A placeholder is where the manifest names no place for a secret.
#[derive(Debug, PartialEq, Eq)]
struct Elsewhere;

impl Secrets {
    /// The body as it leaves: held until it is whole where a secret may have to be put into it, else as it comes.
    pub(super) async fn put_into(
        &self,
        body: WasiBody,
        path: &str,
        places: &[SecretPlace],
        denials: &Denials,
    ) -> Result<WasiBody, Error> {
        let Some(concealed) = &self.concealed else {
            return Ok(body);
        };
        let mut bytes = BytesMut::from(whole(body, BODY_BYTES).await?);
        if concealed.fill(&mut bytes, path, places) == Err(Elsewhere) {
            denials.note(format!(
                "the plugin put a secret into the body of a request to `{path}`, for which its manifest names no such place (`secretPlaces`); tell its author"
            ));
            return Err(Error::HttpRequestDenied);
        }
        Ok(full(bytes.freeze()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinds::tunnel::TunnelSecret;

    #[test]
    fn the_secret_is_put_only_where_the_manifest_says() {
        let secret = TunnelSecret::random().unwrap();
        let concealed = Concealed::new(secret.expose(), "").unwrap();
        let places = ["/a", "/b/c"].map(|pointer| SecretPlace {
            path: "/tunnels/*".into(),
            pointer: pointer.into(),
        });
        let filled = |text: &str, path: &str| {
            let text = text.replace('S', &concealed.placeholder);
            let mut body = text.clone().into_bytes();
            let done = concealed.fill(&mut body, path, &places);
            let expected = text.replace(&concealed.placeholder, secret.expose());
            done.map(|()| body == expected.into_bytes())
        };
        for text in [
            r#"{"a":"S"}"#,
            r#"{"b":{"c":"S"},"a":"S"}"#,
            r#"{"a":1}"#,
            "none",
        ] {
            assert_eq!(filled(text, "/tunnels/1"), Ok(true), "{text}");
        }
        for text in [
            r#"{"content":"S"}"#,
            r#"{"a":"S","content":"S"}"#,
            r#"{"a":"it is S"}"#,
            "secret=S",
        ] {
            assert_eq!(filled(text, "/tunnels/1"), Err(Elsewhere), "{text}");
        }
        assert_eq!(filled(r#"{"a":"S"}"#, "/records"), Err(Elsewhere));
    }
}

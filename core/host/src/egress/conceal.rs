use std::sync::Arc;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use bytes::{Bytes, BytesMut};
use http_body_util::{BodyExt, Full, Limited};
use memchr::memmem;
use wasmtime_wasi_http::{Error, WasiBody};

use super::Needles;
use crate::kinds::tunnel::TunnelSecret;

/// The largest request body of a call that handles a tunnel's secret, bytes: it is held as a whole.
const BODY_BYTES: usize = 1 << 20;

/// What one call puts into and takes out of its traffic besides the headers of credentials.
#[derive(Clone)]
pub(super) struct Secrets {
    /// What is masked in what comes back.
    pub(super) needles: Arc<Needles>,
    /// What is put into bodies.
    pub(super) concealed: Option<Arc<Concealed>>,
}

/// A tunnel's secret that the plugin handles by a placeholder of the same form.
pub(super) struct Concealed {
    pub(super) placeholder: String,
    secret: TunnelSecret,
}

impl Concealed {
    /// A placeholder is as random and as long as the secret, so that nobody guesses it and no length changes.
    pub(super) fn new(secret: TunnelSecret) -> Result<Self, getrandom::Error> {
        let mut random = [0_u8; 32];
        getrandom::fill(&mut random)?;
        Ok(Self {
            placeholder: STANDARD.encode(random),
            secret,
        })
    }

    fn fill(&self, body: &mut [u8]) {
        let found: Vec<usize> = memmem::find_iter(body, self.placeholder.as_bytes()).collect();
        for start in found {
            if let Some(place) = body.get_mut(start..start + self.placeholder.len()) {
                place.copy_from_slice(self.secret.expose().as_bytes());
            }
        }
    }
}

impl Secrets {
    /// The body as it leaves: held until it is whole where a secret may have to be put into it, else as it comes.
    pub(super) async fn put_into(&self, body: WasiBody) -> Result<WasiBody, Error> {
        let Some(concealed) = &self.concealed else {
            return Ok(body);
        };
        let whole = Limited::new(body, BODY_BYTES).collect().await;
        let whole = whole.map_err(|error| match error.downcast::<Error>() {
            Ok(error) => *error,
            Err(_too_long) => Error::HttpRequestBodySize(Some(BODY_BYTES as u64)),
        })?;
        let mut bytes = BytesMut::from(whole.to_bytes());
        concealed.fill(&mut bytes);
        Ok(Full::new(Bytes::from(bytes))
            .map_err(|never| match never {})
            .boxed_unsync())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_secret_takes_every_place_of_its_placeholder_and_no_length_changes() {
        let secret = TunnelSecret::random().unwrap();
        let concealed = Concealed::new(secret.clone()).unwrap();
        let text = format!(r#"{{"a":"{0}","b":"{0}"}}"#, concealed.placeholder);
        let mut body = text.clone().into_bytes();
        concealed.fill(&mut body);
        let filled = String::from_utf8(body).unwrap();
        assert_eq!(
            filled,
            text.replace(&concealed.placeholder, secret.expose())
        );
        assert_eq!(filled.len(), text.len());
    }
}

use base64::{Engine as _, engine::general_purpose::STANDARD};
use http::{HeaderValue, StatusCode, header};
use serde::Deserialize;
use url::Url;
use zeroize::Zeroizing;

use super::{
    PullError,
    answer::expect_ok,
    artifact,
    auth::{self, Challenge},
    http::Answer,
    pull::Pull,
};

/// A token answer (distribution project, "Token Authentication Specification").
#[derive(Deserialize)]
struct Token {
    token: Option<String>,
    access_token: Option<String>,
}

impl Pull<'_> {
    /// Asks the registry, and logs in once where it wants that.
    pub(super) async fn ask(
        &mut self,
        url: &Url,
        accept: Option<&'static str>,
    ) -> Result<Answer, PullError> {
        let answer = self
            .client
            .get(url, accept, self.authorization.as_ref())
            .await?;
        if answer.status != StatusCode::UNAUTHORIZED || self.authorization.is_some() {
            return Ok(answer);
        }
        let challenge = answer
            .header(header::WWW_AUTHENTICATE.as_str())
            .and_then(auth::parse_challenge);
        self.authorization = match challenge {
            None => None,
            Some(Challenge::Basic) => self.basic(),
            Some(Challenge::Bearer { realm, service }) => {
                Some(self.token(&realm, service.as_deref()).await?)
            }
        };
        if self.authorization.is_none() {
            return Ok(answer);
        }
        self.client
            .get(url, accept, self.authorization.as_ref())
            .await
    }

    async fn token(&self, realm: &str, service: Option<&str>) -> Result<HeaderValue, PullError> {
        let repository = &self.wanted.repository;
        let url =
            auth::realm(realm, service, repository.path(), &self.registry).map_err(|problem| {
                PullError::RealmRefused {
                    registry: repository.registry().to_owned(),
                    realm: realm.to_owned(),
                    problem,
                }
            })?;
        let caps = self.client.caps;
        let answer = self.client.get(&url, None, self.basic().as_ref()).await?;
        let answer = expect_ok(answer, &repository.to_string(), caps.error_bytes).await?;
        let bytes = Zeroizing::new(
            answer
                .document("the registry's token", caps.token_bytes)
                .await?
                .to_vec(),
        );
        let token: Token = serde_json::from_slice(&bytes)
            .map_err(|error| artifact::malformed("the registry's token", &error))?;
        let unusable = |problem: &str| PullError::Malformed {
            what: "the registry's token",
            problem: problem.to_owned(),
        };
        let token = token
            .token
            .or(token.access_token)
            .ok_or_else(|| unusable("there is none"))?;
        let mut value = HeaderValue::try_from(format!("Bearer {token}"))
            .map_err(|_| unusable("it is no header"))?;
        value.set_sensitive(true);
        Ok(value)
    }

    fn basic(&self) -> Option<HeaderValue> {
        let login = self.wanted.login.as_ref()?;
        let plain =
            Zeroizing::new([login.username.as_bytes(), b":", login.password.bytes()].concat());
        let mut value =
            HeaderValue::try_from(format!("Basic {}", STANDARD.encode(&*plain))).ok()?;
        value.set_sensitive(true);
        Some(value)
    }
}

use base64::{Engine as _, engine::general_purpose::STANDARD};
use bytes::Bytes;
use http::{HeaderValue, StatusCode, header};
use semver::VersionReq;
use serde::Deserialize;
use url::Url;
use zeroize::Zeroizing;

use super::{
    Client, PullError,
    artifact::{self, ACCEPT, Blob},
    auth::{self, Challenge},
    http::{Answer, ReadError},
    tags,
};
use crate::{
    install::Wanted,
    names::{Digest, Origin, Tag, Version},
    store::Resolution,
};

/// How often a blob may be redirected.
const REDIRECTS: usize = 3;

/// One pull of one plugin: holds what the registry gave for logging in.
pub(crate) struct Pull<'a> {
    client: &'a Client,
    wanted: &'a Wanted,
    registry: Origin,
    authorization: Option<HeaderValue>,
}

/// A token answer (distribution project, "Token Authentication Specification").
#[derive(Deserialize)]
struct Token {
    token: Option<String>,
    access_token: Option<String>,
}

/// An error answer (OCI distribution specification, "Error Codes").
#[derive(Deserialize)]
struct Errors {
    errors: Vec<ErrorItem>,
}

#[derive(Deserialize)]
struct ErrorItem {
    code: Option<String>,
    message: Option<String>,
}

impl<'a> Pull<'a> {
    pub(crate) fn new(client: &'a Client, wanted: &'a Wanted) -> Result<Self, PullError> {
        let registry = client.origin(wanted.repository.registry())?;
        Ok(Self {
            client,
            wanted,
            registry,
            authorization: None,
        })
    }

    /// What the wanted version stands for now, with the manifest where it had to be read for that.
    pub(crate) async fn resolve(&mut self) -> Result<(Resolution, Option<Bytes>), PullError> {
        let tag = match &self.wanted.version {
            Version::Digest(digest) => {
                return Ok((
                    Resolution {
                        digest: digest.clone(),
                        tag: None,
                    },
                    None,
                ));
            }
            Version::Tag(tag) => tag.clone(),
            Version::Range(range) => self.newest(range).await?,
        };
        let (manifest, named) = self.manifest(&tag.to_string()).await?;
        let digest = Digest::of(&manifest);
        // The registry's own word for it, where it gives one, has to be true.
        if let Some(expected) = named.and_then(|named| named.parse::<Digest>().ok()) {
            same("the manifest", &expected, &digest)?;
        }
        Ok((
            Resolution {
                digest,
                tag: Some(tag.to_string()),
            },
            Some(manifest),
        ))
    }

    /// The manifest of this digest.
    pub(crate) async fn manifest_of(&mut self, digest: &Digest) -> Result<Bytes, PullError> {
        let (manifest, _) = self.manifest(&digest.to_string()).await?;
        same("the manifest", digest, &Digest::of(&manifest))?;
        Ok(manifest)
    }

    /// The component that a manifest describes, after its configuration document was checked.
    pub(crate) async fn component(&mut self, manifest: &[u8]) -> Result<Bytes, PullError> {
        let reference = self.wanted.repository.to_string();
        let caps = self.client.caps;
        let artifact = artifact::read_manifest(manifest, &reference, caps.plugin_bytes)?;
        if artifact.config.size > caps.manifest_bytes {
            return Err(PullError::TooLarge {
                what: "the artifact's config",
                cap: caps.manifest_bytes,
            });
        }
        artifact::check_config(&self.blob("the artifact's config", &artifact.config).await?)?;
        self.blob("the component", &artifact.component).await
    }

    /// The component's digest in a manifest that was checked when it was pulled.
    pub(crate) fn component_digest(manifest: &[u8]) -> Option<Digest> {
        artifact::read_manifest(manifest, "", u64::MAX)
            .ok()
            .map(|artifact| artifact.component.digest)
    }

    async fn newest(&mut self, range: &VersionReq) -> Result<Tag, PullError> {
        let repository = self.wanted.repository.to_string();
        let mut all = Vec::new();
        let mut next = Some(self.url("tags/list?n=1000")?);
        for _ in 0..self.client.caps.tags_pages {
            let Some(url) = next else {
                return tags::highest(&all, range)
                    .cloned()
                    .ok_or_else(|| PullError::NoVersion {
                        repository,
                        range: range.to_string(),
                        available: tags::available(&all),
                    });
            };
            let (page, link) = self.page(&url).await?;
            all.extend(tags::read_page(&page)?);
            next = link.and_then(|link| tags::next_page(&link, &url));
        }
        Err(PullError::EndlessTags {
            repository,
            pages: self.client.caps.tags_pages,
        })
    }

    async fn page(&mut self, url: &Url) -> Result<(Bytes, Option<String>), PullError> {
        let (client, registry) = (self.client, self.wanted.repository.registry());
        let reference = self.wanted.repository.to_string();
        let reading = async {
            let answer = expect_ok(
                self.ask(url, None).await?,
                &reference,
                client.caps.error_bytes,
            )
            .await?;
            let link = answer.header("link").map(ToOwned::to_owned);
            Ok((
                answer
                    .document("the list of tags", client.caps.tags_bytes)
                    .await?,
                link,
            ))
        };
        client.bounded(registry, reading).await
    }

    /// A manifest, and the digest that the registry names for it.
    async fn manifest(&mut self, version: &str) -> Result<(Bytes, Option<String>), PullError> {
        let (client, registry) = (self.client, self.wanted.repository.registry());
        let separator = if version.contains(':') { '@' } else { ':' };
        let reference = format!("{}{separator}{version}", self.wanted.repository);
        let url = self.url(&format!("manifests/{version}"))?;
        let reading = async {
            let answer = expect_ok(
                self.ask(&url, Some(ACCEPT)).await?,
                &reference,
                client.caps.error_bytes,
            )
            .await?;
            let named = answer
                .header("docker-content-digest")
                .map(ToOwned::to_owned);
            Ok((
                answer
                    .document("the manifest", client.caps.manifest_bytes)
                    .await?,
                named,
            ))
        };
        client.bounded(registry, reading).await
    }

    async fn blob(&mut self, what: &'static str, blob: &Blob) -> Result<Bytes, PullError> {
        let (client, registry) = (self.client, self.wanted.repository.registry());
        let reference = format!("{}@{}", self.wanted.repository, blob.digest);
        let url = self.url(&format!("blobs/{}", blob.digest))?;
        let reading = async {
            let answer = self.ask(&url, None).await?;
            let answer = self.follow(answer, url).await?;
            let answer = expect_ok(answer, &reference, client.caps.error_bytes).await?;
            let lying = |actual| PullError::LyingLength {
                declared: blob.size,
                actual,
            };
            let bytes = answer.read(blob.size).await.map_err(|error| match error {
                ReadError::TooLong(actual) => lying(actual),
                ReadError::Broken(error) => error,
            })?;
            if bytes.len() as u64 == blob.size {
                Ok(bytes)
            } else {
                Err(lying(bytes.len() as u64))
            }
        };
        let bytes = client.bounded(registry, reading).await?;
        same(what, &blob.digest, &Digest::of(&bytes))?;
        Ok(bytes)
    }

    /// Follows redirects to where the registry keeps its blobs, without any credential.
    async fn follow(&self, mut answer: Answer, mut from: Url) -> Result<Answer, PullError> {
        for _ in 0..REDIRECTS {
            if !answer.status.is_redirection() {
                return Ok(answer);
            }
            let location = answer.header("location").unwrap_or_default().to_owned();
            let refused = |problem| PullError::RedirectRefused {
                registry: self.wanted.repository.registry().to_owned(),
                target: location.clone(),
                problem,
            };
            let target = from
                .join(&location)
                .map_err(|_| refused("which is not a URL"))?;
            let origin =
                Origin::of_url(&target).map_err(|_| refused("which is neither https nor http"))?;
            auth::check_redirect(&origin, &self.registry).map_err(refused)?;
            answer = self.client.get(&target, None, None).await?;
            from = target;
        }
        Ok(answer)
    }

    /// Asks the registry, and logs in once where it wants that.
    async fn ask(&mut self, url: &Url, accept: Option<&'static str>) -> Result<Answer, PullError> {
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

    fn url(&self, rest: &str) -> Result<Url, PullError> {
        let text = format!(
            "{}/v2/{}/{rest}",
            self.registry,
            self.wanted.repository.path()
        );
        Url::parse(&text).map_err(|error| PullError::Unreachable {
            registry: self.wanted.repository.registry().to_owned(),
            problem: error.to_string(),
        })
    }
}

fn same(what: &'static str, expected: &Digest, actual: &Digest) -> Result<(), PullError> {
    if expected == actual {
        return Ok(());
    }
    Err(PullError::WrongDigest {
        what,
        expected: expected.clone(),
        actual: actual.clone(),
    })
}

/// The answer if it is one; otherwise the registry's error in words.
async fn expect_ok(answer: Answer, reference: &str, error_bytes: u64) -> Result<Answer, PullError> {
    let status = answer.status;
    if status == StatusCode::OK {
        return Ok(answer);
    }
    let reference = reference.to_owned();
    if status == StatusCode::NOT_FOUND {
        return Err(PullError::NotFound { reference });
    }
    // An error that is too long or broken off is an error without words.
    let message = answer
        .read(error_bytes)
        .await
        .map_or_else(|_| String::new(), |bytes| words(&bytes));
    Err(match status {
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => {
            PullError::Unauthorized { reference, message }
        }
        _ => PullError::Refused {
            reference,
            status: status.as_u16(),
            message,
        },
    })
}

fn words(body: &[u8]) -> String {
    let item = serde_json::from_slice::<Errors>(body)
        .ok()
        .and_then(|errors| errors.errors.into_iter().next());
    let text = item
        .and_then(|item| item.message.or(item.code))
        .unwrap_or_default();
    let text: String = text
        .chars()
        .filter(|character| !character.is_control())
        .take(300)
        .collect();
    if text.is_empty() {
        "without saying why".to_owned()
    } else {
        text
    }
}

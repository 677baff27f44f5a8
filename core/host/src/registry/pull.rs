use bytes::Bytes;
use http::HeaderValue;
use semver::VersionReq;
use url::Url;

use super::{
    Client, PullError,
    answer::expect_ok,
    artifact::{self, ACCEPT, Blob},
    auth,
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
    pub(super) client: &'a Client,
    pub(super) wanted: &'a Wanted,
    pub(super) registry: Origin,
    pub(super) authorization: Option<HeaderValue>,
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
    pub(super) async fn manifest(
        &mut self,
        version: &str,
    ) -> Result<(Bytes, Option<String>), PullError> {
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

    pub(super) async fn blob(
        &mut self,
        what: &'static str,
        blob: &Blob,
    ) -> Result<Bytes, PullError> {
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

    pub(super) fn url(&self, rest: &str) -> Result<Url, PullError> {
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

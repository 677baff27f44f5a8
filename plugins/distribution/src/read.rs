//! The reading functions of the interface `registry` over the distribution protocol.

use std::collections::BTreeSet;

use maquette_sdk::http::Response;
use maquette_sdk::registry::{Image, Referrer, Referrers, Tag, Tags};
use maquette_sdk::{Error, Result};
use serde::Deserialize;
use sha2::{Digest as _, Sha256};

use crate::client::Client;
use crate::document::{ACCEPT, Configuration, Document, Platform, labels};
use crate::link;
use crate::names::{Digest, Reference, RepositoryPath};

/// Tags that are asked for at a time; registries may give fewer or more.
const PAGE: u32 = 1000;
const JSON: &str = "application/json";

#[derive(Deserialize)]
struct TagList {
    /// Some registries answer `null` for a repository without tags.
    #[serde(default)]
    tags: Option<Vec<String>>,
}

/// Tags, page by page.
///
/// # Errors
/// See `wit/registry/registry.wit`.
pub fn list_tags(client: &Client<'_>, repository: &str, cursor: Option<&str>) -> Result<Tags> {
    let repository = RepositoryPath::parse(repository, client.authority())?;
    let path = format!("/v2/{repository}/tags/list");
    let target = page(&path, cursor, &format!("{path}?n={PAGE}"))?;
    let answer = found(client.get(&target, JSON)?, &repository)?;
    let list: TagList = answer.json()?;
    let items: BTreeSet<String> = list.tags.unwrap_or_default().into_iter().collect();
    Ok(Tags {
        items: items.into_iter().map(Tag::named).collect(),
        total: None,
        next: next(client, &answer, &path),
    })
}

/// The digest that a tag stands for: one HEAD request, which no registry counts as a pull.
///
/// # Errors
/// See `wit/registry/registry.wit`.
pub fn digest(client: &Client<'_>, repository: &str, tag: &str) -> Result<String> {
    let path = RepositoryPath::parse(repository, client.authority())?;
    let reference = Reference::parse(tag)?;
    let answer = client.head(
        &format!("/v2/{path}/manifests/{}", reference.as_str()),
        ACCEPT,
    )?;
    if answer.status == 404 {
        return Err(unknown(client, &path, &reference));
    }
    let answer = found(answer, &path)?;
    let header = answer.headers.get("docker-content-digest");
    match header.and_then(|value| value.to_str().ok()) {
        Some(digest) => Ok(digest.to_owned()),
        // The header is optional (distribution specification 1.1, "Pulling manifests").
        None => Ok(resolve(client, repository, tag)?.digest),
    }
}

/// What a tag or digest names.
///
/// # Errors
/// See `wit/registry/registry.wit`.
pub fn resolve(client: &Client<'_>, repository: &str, reference: &str) -> Result<Image> {
    let repository = RepositoryPath::parse(repository, client.authority())?;
    let reference = Reference::parse(reference)?;
    let top = manifest(client, &repository, &reference)?;
    let platforms: BTreeSet<String> = top
        .document
        .manifests
        .iter()
        .filter(|descriptor| descriptor.runs())
        .filter_map(|descriptor| descriptor.platform.as_ref().map(Platform::text))
        .collect();
    let first = top
        .document
        .manifests
        .iter()
        .find(|descriptor| descriptor.runs());
    let configuration = match first {
        Some(first) => {
            let first = Reference::Digest(Digest::parse(&first.digest)?);
            let image = manifest(client, &repository, &first)?;
            configuration(client, &repository, &image.document)?
        }
        None => configuration(client, &repository, &top.document)?,
    };
    let created = top
        .document
        .annotations
        .get("org.opencontainers.image.created")
        .cloned()
        .or(configuration.created);
    let own = configuration.platform.as_ref().filter(|p| !p.os.is_empty());
    let mut all = configuration
        .config
        .and_then(|inner| inner.labels)
        .unwrap_or_default();
    all.extend(top.document.annotations);
    Ok(Image {
        digest: top.digest,
        media_type: top.media_type,
        created,
        platforms: if platforms.is_empty() {
            own.map(Platform::text).into_iter().collect()
        } else {
            platforms.into_iter().collect()
        },
        labels: labels(all),
    })
}

/// What refers to a digest, page by page.
///
/// # Errors
/// See `wit/registry/registry.wit`.
pub fn list_referrers(
    client: &Client<'_>,
    repository: &str,
    digest: &str,
    artifact_type: Option<&str>,
    cursor: Option<&str>,
) -> Result<Referrers> {
    let repository = RepositoryPath::parse(repository, client.authority())?;
    let digest = Digest::parse(digest)?;
    let path = format!("/v2/{repository}/referrers/{}", digest.as_str());
    let target = page(&path, cursor, &path)?;
    let answer = client.get(&target, ACCEPT)?;
    let (document, next): (Document, _) = if answer.status == 404 {
        // A registry without the API: the list is an index under a tag (distribution specification, "Referrers Tag
        // Schema"). Where that is missing as well, there is nothing, or no such image.
        let tag = Reference::Tag(digest.fallback_tag());
        match manifest(client, &repository, &tag) {
            Ok(list) => (list.document, None),
            Err(Error::NotFound(_)) => {
                manifest(client, &repository, &Reference::Digest(digest))?;
                return Ok(Referrers {
                    items: Vec::new(),
                    next: None,
                });
            }
            Err(error) => return Err(error),
        }
    } else {
        let answer = answer.success()?;
        (answer.json()?, next(client, &answer, &path))
    };
    // A registry may or may not filter; filtering again changes nothing.
    let items = document
        .manifests
        .into_iter()
        .map(Referrer::from)
        .filter(|referrer| {
            artifact_type.is_none() || referrer.artifact_type.as_deref() == artifact_type
        })
        .collect();
    Ok(Referrers { items, next })
}

struct Manifest {
    digest: String,
    media_type: String,
    document: Document,
}

fn manifest(
    client: &Client<'_>,
    repository: &RepositoryPath,
    reference: &Reference,
) -> Result<Manifest> {
    let path = format!("/v2/{repository}/manifests/{}", reference.as_str());
    let answer = client.get(&path, ACCEPT)?;
    if answer.status == 404 {
        return Err(unknown(client, repository, reference));
    }
    let answer = found(answer, repository)?;
    // The bytes decide, and not what the registry says of them.
    let digest = format!("sha256:{}", hex::encode(Sha256::digest(&answer.body)));
    if matches!(reference, Reference::Digest(wanted) if wanted.as_str() != digest) {
        return Err(Error::transient(format!(
            "the registry gives {digest} for {}",
            reference.as_str()
        )));
    }
    let document: Document = answer.json()?;
    let header = answer.headers.get("content-type");
    let header = header.and_then(|value| value.to_str().ok());
    let media_type = document.media_type.clone();
    Ok(Manifest {
        digest,
        media_type: media_type
            .or_else(|| header.map(str::to_owned))
            .unwrap_or_default(),
        document,
    })
}

fn unknown(client: &Client<'_>, repository: &RepositoryPath, reference: &Reference) -> Error {
    Error::NotFound(format!(
        "`{}/{repository}` has no `{}`",
        client.authority(),
        reference.as_str()
    ))
}

/// The image's configuration; empty for an artifact that has none, or one in another format.
fn configuration(
    client: &Client<'_>,
    repository: &RepositoryPath,
    image: &Document,
) -> Result<Configuration> {
    let Some(config) = image
        .config
        .as_ref()
        .filter(|config| is_image(&config.media_type))
    else {
        return Ok(Configuration::default());
    };
    let digest = Digest::parse(&config.digest)?;
    let path = format!("/v2/{repository}/blobs/{}", digest.as_str());
    match client.blob(&path)? {
        Some(answer) => found(answer, repository)?.json(),
        None => Ok(Configuration::default()),
    }
}

fn is_image(media_type: &str) -> bool {
    matches!(
        media_type,
        "application/vnd.oci.image.config.v1+json"
            | "application/vnd.docker.container.image.v1+json"
    )
}

/// A success, or an error that says what was not found or not allowed.
fn found(answer: Response, repository: &RepositoryPath) -> Result<Response> {
    match answer.success() {
        Err(Error::NotFound(_)) => Err(Error::NotFound(format!(
            "the repository `{repository}` does not exist"
        ))),
        Err(Error::Unauthorized(said)) => Err(Error::Unauthorized(format!(
            "the repository `{repository}` does not exist or needs a login: {said}"
        ))),
        other => other,
    }
}

fn next(client: &Client<'_>, answer: &Response, path: &str) -> Option<String> {
    let header = answer.headers.get("link")?.to_str().ok()?;
    link::next(header, client.root(), path)
}

/// What to ask for: the page that the cursor names, or the first.
fn page(path: &str, cursor: Option<&str>, first: &str) -> Result<String> {
    match cursor {
        None => Ok(first.to_owned()),
        Some(cursor) if link::follows(cursor, path) => Ok(cursor.to_owned()),
        Some(_) => Err(Error::invalid("cursor", "it is not of this listing")),
    }
}

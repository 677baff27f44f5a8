//! The images that the demo and the tests run, made from this repository's programs and from Debian's redis.

use std::path::Path;

use anyhow::{Context, Result};
use maquette_harness::images::{
    Image, Layer, from_binary_with_libs, from_binary_with_libs_at, redis,
};
use maquette_harness::progress::Progress;

use crate::binaries::Binaries;
use crate::registry::Registry;

/// Certificate authorities for the operator's connections to registries and providers.
const AUTHORITIES: &str = "/etc/ssl/certs/ca-certificates.crt";

/// An image by repository and either tag or digest, as the chart takes it: `digest=sha256:…` or `tag=1.2`.
pub(crate) struct Reference {
    pub(crate) repository: String,
    pub(crate) version: String,
}

/// Makes and pushes the images. A registry that has them already gets only their manifests.
pub(crate) async fn publish(
    binaries: &Binaries,
    registry: &Registry,
    operator: Option<&str>,
    progress: &Progress,
) -> Result<Reference> {
    push(&redis()?, registry, "redis", "7", progress).await?;
    push(
        &from_binary_with_libs(&binaries.stripped("shop-web")?)?,
        registry,
        "shop-web",
        "1",
        progress,
    )
    .await?;
    if let Some(operator) = operator {
        return reference(operator);
    }
    let program = binaries.stripped("maquette-operator")?;
    publish_operator(&program, registry, progress).await
}

/// Makes and pushes the operator's image from its program.
pub(crate) async fn publish_operator(
    program: &Path,
    registry: &Registry,
    progress: &Progress,
) -> Result<Reference> {
    let name = "maquette/operator";
    let image = with_authorities(from_binary_with_libs(program)?)?;
    let digest = push(&image, registry, name, "dev", progress).await?;
    Ok(Reference {
        repository: format!("{}/{name}", registry.address),
        version: format!("digest={digest}"),
    })
}

/// The operator's image with its program at this path.
pub(crate) fn operator_at(program: &Path, path: &str) -> Result<Image> {
    with_authorities(from_binary_with_libs_at(program, path)?)
}

fn with_authorities(mut image: Image) -> Result<Image> {
    let authorities = Layer::new()
        .copy(Path::new(AUTHORITIES), AUTHORITIES, 0o644)
        .context("the operator's image needs the machine's certificate authorities (Debian package ca-certificates)")?;
    image.layers.push(authorities);
    Ok(image)
}

async fn push(
    image: &Image,
    registry: &Registry,
    name: &str,
    tag: &str,
    progress: &Progress,
) -> Result<String> {
    let step = progress.during(format_args!("push image {name}:{tag}"));
    let digest = image
        .push(&registry.push_address, name, tag)
        .await
        .with_context(|| {
            format!(
                "pushing {name}:{tag} to {}; the registry must speak plain HTTP to this machine",
                registry.push_address
            )
        })?;
    drop(step);
    progress.say(format_args!("image {name}:{tag} is {digest}"));
    Ok(digest)
}

fn reference(image: &str) -> Result<Reference> {
    let by_digest = image
        .split_once('@')
        .map(|(repository, digest)| (repository, format!("digest={digest}")));
    // The last colon is a port where a slash follows it.
    let tag = image.rsplit_once(':').filter(|(_, tag)| !tag.contains('/'));
    let (repository, version) = by_digest
        .or_else(|| tag.map(|(repository, tag)| (repository, format!("tag={tag}"))))
        .with_context(|| format!("--operator-image {image} has neither a tag nor a digest"))?;
    Ok(Reference {
        repository: repository.to_owned(),
        version,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_image_is_split_into_what_the_chart_takes() {
        let split = |image: &str| {
            reference(image)
                .map(|found| (found.repository, found.version))
                .unwrap()
        };
        assert_eq!(
            split("r:5000/maquette/operator:1"),
            ("r:5000/maquette/operator".into(), "tag=1".into())
        );
        assert_eq!(
            split("r/operator@sha256:00"),
            ("r/operator".into(), "digest=sha256:00".into())
        );
        assert!(reference("r:5000/operator").is_err());
    }
}

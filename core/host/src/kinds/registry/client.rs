use super::{Image, Referrers, Tags};
use crate::{
    call::{Call, CallError},
    kinds::{Client, check::unique, client::unusable},
    names::{Digest, Tag},
};

/// The registries of one provider; see `wit/registry/registry.wit` for what each function means. Cheap to clone.
///
/// Every function makes one call of the plugin, in a sandbox of its own, and fails as [`CallError`] says. Dropping the
/// future ends the call.
#[derive(Clone)]
pub struct Registry(pub(crate) Client);

impl Registry {
    /// Tags of a repository, page by page. Their order has no meaning.
    pub async fn list_tags(
        &self,
        call: &Call,
        repository: &str,
        cursor: Option<&str>,
    ) -> Result<Tags, CallError> {
        let arguments = (repository.to_owned(), cursor.map(ToOwned::to_owned));
        let tags: Tags = self.0.call(call, "list-tags", arguments).await?;
        for tag in &tags.items {
            tag.parse::<Tag>()
                .map_err(|error| unusable("list-tags", error))?;
        }
        unique(
            "list-tags",
            "the tag",
            tags.items.iter().map(String::as_str),
        )?;
        Ok(tags)
    }

    /// What a tag or digest of a repository names.
    pub async fn resolve(
        &self,
        call: &Call,
        repository: &str,
        reference: &str,
    ) -> Result<Image, CallError> {
        let arguments = (repository.to_owned(), reference.to_owned());
        let image: Image = self.0.call(call, "resolve", arguments).await?;
        digest("resolve", &image.digest)?;
        if reference.parse::<Digest>().is_ok() && reference != image.digest {
            return Err(unusable(
                "resolve",
                format!("{} is not the digest that was asked for", image.digest),
            ));
        }
        Ok(image)
    }

    /// What refers to a digest, page by page.
    pub async fn list_referrers(
        &self,
        call: &Call,
        repository: &str,
        subject: &Digest,
        artifact_type: Option<&str>,
        cursor: Option<&str>,
    ) -> Result<Referrers, CallError> {
        let arguments = (
            repository.to_owned(),
            subject.to_string(),
            artifact_type.map(ToOwned::to_owned),
            cursor.map(ToOwned::to_owned),
        );
        let referrers: Referrers = self.0.call(call, "list-referrers", arguments).await?;
        for referrer in &referrers.items {
            digest("list-referrers", &referrer.digest)?;
        }
        Ok(referrers)
    }
}

fn digest(function: &str, text: &str) -> Result<(), CallError> {
    match text.parse::<Digest>() {
        Ok(_) => Ok(()),
        Err(error) => Err(unusable(function, error)),
    }
}

use super::{Action, Image, Login, Referrers, Secret, Tags};
use crate::{
    call::{Call, CallError},
    kinds::{
        Client,
        check::{for_connectors, unique},
        client::unusable,
    },
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
            tag.name
                .parse::<Tag>()
                .map_err(|error| unusable("list-tags", error))?;
            if let Some(text) = &tag.digest {
                digest("list-tags", text)?;
            }
        }
        let names = tags.items.iter().map(|tag| tag.name.as_str());
        unique("list-tags", "the tag", names)?;
        Ok(tags)
    }

    /// The digest that a tag stands for, without a pull.
    pub async fn digest(
        &self,
        call: &Call,
        repository: &str,
        tag: &str,
    ) -> Result<Digest, CallError> {
        let arguments = (repository.to_owned(), tag.to_owned());
        let text: String = self.0.call(call, "digest", arguments).await?;
        text.parse().map_err(|error| unusable("digest", error))
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

    /// The login for builds and kubelets; nothing where none is needed. A credential is named only where the manifest declares
    /// it for that.
    pub async fn login_for(
        &self,
        call: &Call,
        repository: &str,
        action: Action,
    ) -> Result<Option<Login>, CallError> {
        const FUNCTION: &str = "login-for";
        let arguments = (repository.to_owned(), action);
        let login: Option<Login> = self.0.call(call, FUNCTION, arguments).await?;
        if let Some(login) = &login {
            let plain = |text: &str| !text.is_empty() && !text.contains(['/', '@', ' ']);
            if !plain(&login.host) {
                return Err(unusable(FUNCTION, format!("`{}` is no host", login.host)));
            }
            if let Secret::Credential(name) = &login.secret {
                for_connectors(FUNCTION, self.0.manifest(), name)?;
            }
        }
        Ok(login)
    }

    /// Creates the repository where the registry needs that before a push.
    pub async fn ensure_repository(&self, call: &Call, repository: &str) -> Result<(), CallError> {
        let arguments = (repository.to_owned(),);
        self.0.call(call, "ensure-repository", arguments).await
    }

    /// Deletes the tag if it still stands for this digest.
    pub async fn delete_tag(
        &self,
        call: &Call,
        repository: &str,
        tag: &str,
        expect: &Digest,
    ) -> Result<(), CallError> {
        let arguments = (repository.to_owned(), tag.to_owned(), expect.to_string());
        self.0.call(call, "delete-tag", arguments).await
    }
}

fn digest(function: &str, text: &str) -> Result<(), CallError> {
    match text.parse::<Digest>() {
        Ok(_) => Ok(()),
        Err(error) => Err(unusable(function, error)),
    }
}

use super::{
    Change, Changes, CloneAccess, CloneSecret, Comment, Deployment, Filter, Hint, Status, Webhook,
};
use crate::{
    call::{Call, CallError},
    kinds::{
        Client,
        check::{for_connectors, unique},
        client::unusable,
    },
};

/// A git forge; see `wit/draft/source/source.wit` for what each function means. Cheap to clone.
///
/// Every function makes one call of the plugin, in a sandbox of its own, and fails as [`CallError`] says. Dropping the
/// future ends the call.
#[derive(Clone)]
pub struct Source(pub(crate) Client);

impl Source {
    /// Open changes of a repository, page by page.
    pub async fn list_changes(
        &self,
        call: &Call,
        repository: &str,
        filter: &Filter,
        cursor: Option<&str>,
    ) -> Result<Changes, CallError> {
        let arguments = (
            repository.to_owned(),
            filter.clone(),
            cursor.map(ToOwned::to_owned),
        );
        let changes: Changes = self.0.call(call, "list-changes", arguments).await?;
        let ids = changes.items.iter().map(|change| change.id.as_str());
        unique("list-changes", "the change", ids)?;
        for change in &changes.items {
            object_name("list-changes", &change.head_sha)?;
        }
        Ok(changes)
    }

    /// One change, open or not.
    pub async fn get_change(
        &self,
        call: &Call,
        repository: &str,
        id: &str,
    ) -> Result<Change, CallError> {
        let arguments = (repository.to_owned(), id.to_owned());
        let change: Change = self.0.call(call, "get-change", arguments).await?;
        object_name("get-change", &change.head_sha)?;
        if change.id == id {
            Ok(change)
        } else {
            Err(unusable(
                "get-change",
                format!("`{}` was not asked for", change.id),
            ))
        }
    }

    /// The full object name that a branch, tag or abbreviated object name stands for.
    pub async fn resolve(
        &self,
        call: &Call,
        repository: &str,
        reference: &str,
    ) -> Result<String, CallError> {
        let arguments = (repository.to_owned(), reference.to_owned());
        let name: String = self.0.call(call, "resolve", arguments).await?;
        object_name("resolve", &name)?;
        Ok(name)
    }

    /// How to clone it. A credential is named only where the manifest declares it for that.
    pub async fn clone_credential(
        &self,
        call: &Call,
        repository: &str,
    ) -> Result<CloneAccess, CallError> {
        const FUNCTION: &str = "clone-credential";
        let arguments = (repository.to_owned(),);
        let access: CloneAccess = self.0.call(call, FUNCTION, arguments).await?;
        // What is sent to it is a password.
        if !access.url.starts_with("https://") {
            return Err(unusable(
                FUNCTION,
                format!("`{}` is not a URL over https", access.url),
            ));
        }
        if let CloneSecret::Credential(name) = &access.secret {
            for_connectors(FUNCTION, self.0.manifest(), name)?;
        }
        Ok(access)
    }

    /// Says how a commit is doing.
    pub async fn set_status(
        &self,
        call: &Call,
        repository: &str,
        status: &Status,
    ) -> Result<(), CallError> {
        let arguments = (repository.to_owned(), status.clone());
        self.0.call(call, "set-status", arguments).await
    }

    /// Says where a commit runs.
    pub async fn set_deployment(
        &self,
        call: &Call,
        repository: &str,
        deployment: &Deployment,
    ) -> Result<(), CallError> {
        let arguments = (repository.to_owned(), deployment.clone());
        self.0.call(call, "set-deployment", arguments).await
    }

    /// Writes the comment, or changes it where it differs. Gives its identifier.
    pub async fn upsert_comment(
        &self,
        call: &Call,
        repository: &str,
        comment: &Comment,
    ) -> Result<String, CallError> {
        let arguments = (repository.to_owned(), comment.clone());
        self.0.call(call, "upsert-comment", arguments).await
    }

    /// Removes the comment with this marker.
    pub async fn delete_comment(
        &self,
        call: &Call,
        repository: &str,
        change: &str,
        marker: &str,
    ) -> Result<(), CallError> {
        let arguments = (repository.to_owned(), change.to_owned(), marker.to_owned());
        self.0.call(call, "delete-comment", arguments).await
    }

    /// Checks the signature of a webhook and reads it. Nothing where it is of no interest.
    pub async fn parse_webhook(
        &self,
        call: &Call,
        webhook: &Webhook,
    ) -> Result<Option<Hint>, CallError> {
        self.0.call(call, "parse-webhook", (webhook.clone(),)).await
    }
}

/// SHA-1 or SHA-256 in hexadecimal digits, as git writes object names.
fn object_name(function: &str, text: &str) -> Result<(), CallError> {
    let digits = text
        .bytes()
        .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    if digits && matches!(text.len(), 40 | 64) {
        Ok(())
    } else {
        Err(unusable(
            function,
            format!("`{text}` is no full object name"),
        ))
    }
}

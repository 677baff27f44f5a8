use super::{
    Access, Change, Changes, CloneAccess, CloneSecret, Comment, Deployment, Filter, Login, Paths,
    Place, RefKind, Refs, Repository, Status,
    check::{checked, object_name, plain},
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
    /// The repository, whatever the spelling of its name.
    pub async fn describe_repository(
        &self,
        call: &Call,
        repository: &str,
    ) -> Result<Repository, CallError> {
        let arguments = (repository.to_owned(),);
        self.0.call(call, "describe-repository", arguments).await
    }

    /// Open changes of a repository, page by page. The host applies the filter; a page may have none of many.
    pub async fn list_changes(
        &self,
        call: &Call,
        repository: &str,
        filter: &Filter,
        cursor: Option<&str>,
    ) -> Result<Changes, CallError> {
        let arguments = (
            repository.to_owned(),
            filter.hint(),
            cursor.map(ToOwned::to_owned),
        );
        let mut changes: Changes = self.0.call(call, "list-changes", arguments).await?;
        let ids = changes.items.iter().map(|change| change.id.as_str());
        unique("list-changes", "the change", ids)?;
        for change in &changes.items {
            checked("list-changes", change)?;
        }
        changes.items.retain(|change| filter.wants(change));
        Ok(changes)
    }

    /// Branches or tags of a repository, page by page.
    pub async fn list_refs(
        &self,
        call: &Call,
        repository: &str,
        kind: RefKind,
        cursor: Option<&str>,
    ) -> Result<Refs, CallError> {
        let arguments = (repository.to_owned(), kind, cursor.map(ToOwned::to_owned));
        let refs: Refs = self.0.call(call, "list-refs", arguments).await?;
        let names = refs.items.iter().map(|item| item.name.as_str());
        unique("list-refs", "the ref", names)?;
        for item in &refs.items {
            object_name("list-refs", &item.sha)?;
        }
        Ok(refs)
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
        checked("get-change", &change)?;
        if change.id == id {
            Ok(change)
        } else {
            Err(unusable(
                "get-change",
                format!("`{}` was not asked for", change.id),
            ))
        }
    }

    /// Files that differ between the change's head and its merge base, page by page.
    pub async fn changed_paths(
        &self,
        call: &Call,
        repository: &str,
        id: &str,
        cursor: Option<&str>,
    ) -> Result<Paths, CallError> {
        let cursor = cursor.map(ToOwned::to_owned);
        let arguments = (repository.to_owned(), id.to_owned(), cursor);
        let paths = self.0.call(call, "changed-paths", arguments).await?;
        plain("changed-paths", paths)
    }

    /// The permissions of a user in the repository.
    pub async fn permission(
        &self,
        call: &Call,
        repository: &str,
        login: &str,
    ) -> Result<Access, CallError> {
        let arguments = (repository.to_owned(), login.to_owned());
        self.0.call(call, "permission", arguments).await
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

    /// A file at a commit, of at most so many bytes.
    pub async fn read_file(
        &self,
        call: &Call,
        repository: &str,
        revision: &str,
        path: &str,
        at_most: u32,
    ) -> Result<Vec<u8>, CallError> {
        let arguments = (
            repository.to_owned(),
            revision.to_owned(),
            path.to_owned(),
            at_most,
        );
        let content: Vec<u8> = self.0.call(call, "read-file", arguments).await?;
        if u32::try_from(content.len()).is_ok_and(|length| length <= at_most) {
            Ok(content)
        } else {
            let problem = format!("`{path}` has more than {at_most} bytes");
            Err(unusable("read-file", problem))
        }
    }

    /// Paths of the files in a folder at a commit, page by page.
    pub async fn list_files(
        &self,
        call: &Call,
        repository: &str,
        revision: &str,
        folder: &str,
        cursor: Option<&str>,
    ) -> Result<Paths, CallError> {
        let arguments = (
            repository.to_owned(),
            revision.to_owned(),
            folder.to_owned(),
            cursor.map(ToOwned::to_owned),
        );
        let paths = self.0.call(call, "list-files", arguments).await?;
        plain("list-files", paths)
    }

    /// How to clone it, and with the same login some of the others. A credential is named only where the manifest declares it for
    /// that.
    pub async fn clone_credential(
        &self,
        call: &Call,
        repository: &str,
        others: &[String],
    ) -> Result<CloneAccess, CallError> {
        let arguments = (repository.to_owned(), others.to_vec());
        let access: CloneAccess = self.0.call(call, "clone-credential", arguments).await?;
        self.check_access(&access)?;
        Ok(access)
    }

    fn check_access(&self, access: &CloneAccess) -> Result<(), CallError> {
        const FUNCTION: &str = "clone-credential";
        let scheme = access
            .url
            .split_once("://")
            .map_or("", |(scheme, _)| scheme);
        let fits = match &access.login {
            // What is sent to it is a password.
            Login::Password(_) => scheme == "https",
            Login::Key(_) => scheme == "ssh",
            Login::Anonymous => scheme == "https" || scheme == "http" && self.grants(&access.url),
        };
        if !fits {
            let text = format!("`{}` is no URL for this login", access.url);
            return Err(unusable(FUNCTION, text));
        }
        let credential = match &access.login {
            Login::Key(key) if key.known_hosts.is_empty() => {
                return Err(unusable(FUNCTION, "a key without lines of `known_hosts`"));
            }
            Login::Key(key) => Some(&key.credential),
            Login::Password(password) => match &password.secret {
                CloneSecret::Credential(name) => Some(name),
                CloneSecret::Token(_) => None,
            },
            Login::Anonymous => None,
        };
        match credential {
            Some(name) => for_connectors(FUNCTION, self.0.manifest(), name),
            None => Ok(()),
        }
    }

    /// Whether the Provider grants the server of this URL.
    fn grants(&self, url: &str) -> bool {
        crate::names::Origin::of(url).is_ok_and(|origin| self.0.egress().contains(&origin))
    }

    /// Reports the status of a commit.
    pub async fn set_status(
        &self,
        call: &Call,
        repository: &str,
        status: &Status,
    ) -> Result<(), CallError> {
        let arguments = (repository.to_owned(), status.clone());
        self.0.call(call, "set-status", arguments).await
    }

    /// Reports the deployment of a commit. Gives the forge's identifier of it.
    pub async fn set_deployment(
        &self,
        call: &Call,
        repository: &str,
        deployment: &Deployment,
    ) -> Result<String, CallError> {
        let arguments = (repository.to_owned(), deployment.clone());
        self.0.call(call, "set-deployment", arguments).await
    }

    /// Reports that nothing runs in the environment any more.
    pub async fn delete_deployment(
        &self,
        call: &Call,
        repository: &str,
        environment: &str,
        known: Option<&str>,
    ) -> Result<(), CallError> {
        let known = known.map(ToOwned::to_owned);
        let arguments = (repository.to_owned(), environment.to_owned(), known);
        self.0.call(call, "delete-deployment", arguments).await
    }

    /// Writes the comment, or changes it if it differs.
    pub async fn upsert_comment(
        &self,
        call: &Call,
        repository: &str,
        comment: &Comment,
    ) -> Result<Place, CallError> {
        let arguments = (repository.to_owned(), comment.clone());
        self.0.call(call, "upsert-comment", arguments).await
    }

    /// Deletes the comment with this marker.
    pub async fn delete_comment(
        &self,
        call: &Call,
        repository: &str,
        change: &str,
        marker: &str,
        known: Option<&str>,
    ) -> Result<(), CallError> {
        let arguments = (
            repository.to_owned(),
            change.to_owned(),
            marker.to_owned(),
            known.map(ToOwned::to_owned),
        );
        self.0.call(call, "delete-comment", arguments).await
    }
}

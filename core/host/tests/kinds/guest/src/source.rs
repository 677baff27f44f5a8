use crate::{
    Guest,
    exports::maquette::source::source::{
        Change, Changes, CloneAccess, CloneSecret, Comment, Deployment, Filter, Guest as Source, Hint, ShortLived, Status,
        Webhook,
    },
    maquette::plugin::{
        credentials,
        types::{Context, Error},
    },
};

impl Source for Guest {
    fn list_changes(_: Context, repository: String, filter: Filter, cursor: Option<String>) -> Result<Changes, Error> {
        Ok(Changes { items: vec![change("7", &format!("{repository}: {filter:?}"))], next: cursor })
    }

    fn get_change(_: Context, repository: String, id: String) -> Result<Change, Error> {
        Ok(change(if id == "other" { "8" } else { &id }, &repository))
    }

    fn resolve(_: Context, repository: String, reference: String) -> Result<String, Error> {
        if repository == "abbreviates" { Ok(reference) } else { Ok("0123456789abcdef0123456789abcdef01234567".into()) }
    }

    fn clone_credential(_: Context, repository: String) -> Result<CloneAccess, Error> {
        let secret = match repository.as_str() {
            "bound" => CloneSecret::Credential("login".into()),
            "hands-on" => CloneSecret::Credential("api-key".into()),
            "token" => CloneSecret::Token(ShortLived { value: "short-lived-token".into(), expires: "2026-01-02T03:04:05Z".into() }),
            _ => CloneSecret::Anonymous,
        };
        let scheme = if repository == "plain" { "http" } else { "https" };
        Ok(CloneAccess { url: format!("{scheme}://git.example.com/{repository}"), username: Some("x".into()), secret })
    }

    fn set_status(_: Context, repository: String, status: Status) -> Result<(), Error> {
        Err(Error::Other(format!("{repository}: {status:?}")))
    }

    fn set_deployment(_: Context, repository: String, deployment: Deployment) -> Result<(), Error> {
        Err(Error::Other(format!("{repository}: {deployment:?}")))
    }

    fn upsert_comment(_: Context, repository: String, comment: Comment) -> Result<String, Error> {
        Ok(format!("{repository}: {comment:?}"))
    }

    fn delete_comment(_: Context, _: String, _: String, _: String) -> Result<(), Error> {
        Ok(())
    }

    fn parse_webhook(_: Context, webhook: Webhook) -> Result<Option<Hint>, Error> {
        let value = |name: &str| webhook.headers.iter().find(|header| header.name == name).map(|header| &header.value);
        let unknown = |error| Error::Other(format!("{error:?}"));
        let signed = credentials::hmac_sha256("hook", &[], &[webhook.body.clone()]).map_err(unknown)?;
        let hex: String = signed.iter().map(|byte| format!("{byte:02x}")).collect();
        let by_token = match value("x-token") {
            Some(token) => credentials::matches("hook", token.as_bytes()).map_err(unknown)?,
            None => false,
        };
        if value("x-signature") != Some(&hex) && !by_token {
            return Err(Error::Unauthorized("the signature is wrong".into()));
        }
        let delivery = value("x-delivery").cloned();
        Ok(delivery.map(|delivery| Hint { delivery, repository: "shop/web".into(), change: Some("7".into()) }))
    }
}

fn change(id: &str, title: &str) -> Change {
    Change {
        id: id.into(),
        title: title.into(),
        url: "https://git.example.com/7".into(),
        author: "alice".into(),
        head_branch: "feature".into(),
        head_sha: "f".repeat(40),
        head_repository: None,
        base_branch: "main".into(),
        labels: vec!["preview".into()],
        draft: false,
        open: true,
        updated: None,
    }
}

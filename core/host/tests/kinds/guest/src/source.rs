use crate::{
    Guest,
    exports::maquette::source::source::{
        Access, Change, Changes, CloneAccess, CloneSecret, Comment, Deployment, Filter, GitRef,
        Guest as Source, Happening, Hint, Hook, Key, Login, Password, Paths, Place, RefKind, Refs,
        Repository, State, Status, Trust, Webhook,
    },
    http,
    maquette::plugin::{
        credentials,
        types::{Context, Error, ShortLived},
    },
};

impl Source for Guest {
    fn describe_repository(_: Context, repository: String) -> Result<Repository, Error> {
        Ok(Repository {
            name: repository.to_lowercase(),
            default_branch: "main".into(),
            url: "https://git.example.com/shop/web".into(),
            private: true,
            archived: false,
        })
    }

    fn list_changes(
        _: Context,
        repository: String,
        filter: Filter,
        cursor: Option<String>,
    ) -> Result<Changes, Error> {
        let told = change("7", &format!("{repository}: {filter:?}"));
        let draft = Change {
            draft: true,
            ..change("8", "a draft")
        };
        let elsewhere = Change {
            base_branch: "release/1.x".into(),
            labels: vec![],
            ..change("9", "of another branch")
        };
        Ok(Changes {
            items: vec![told, draft, elsewhere],
            next: cursor,
        })
    }

    fn list_refs(
        _: Context,
        repository: String,
        kind: RefKind,
        cursor: Option<String>,
    ) -> Result<Refs, Error> {
        let sha = if repository == "abbreviates" {
            "0123abc".into()
        } else {
            "f".repeat(40)
        };
        Ok(Refs {
            items: vec![GitRef {
                name: format!("{kind:?}"),
                sha,
                committed: None,
            }],
            next: cursor,
        })
    }

    fn get_change(_: Context, repository: String, id: String) -> Result<Change, Error> {
        let mut found = change(if id == "other" { "8" } else { &id }, &repository);
        if id == "bare" {
            found.head_ref = "pull/7/head".into();
        }
        Ok(found)
    }

    fn changed_paths(
        _: Context,
        _: String,
        id: String,
        cursor: Option<String>,
    ) -> Result<Paths, Error> {
        let path = if id == "escapes" {
            "../secret"
        } else {
            "web/main.rs"
        };
        Ok(Paths {
            items: vec![path.into()],
            next: cursor,
            truncated: true,
        })
    }

    fn permission(_: Context, _: String, login: String) -> Result<Access, Error> {
        Ok(if login == "ada" {
            Access::Write
        } else {
            Access::None
        })
    }

    fn resolve(_: Context, repository: String, reference: String) -> Result<String, Error> {
        if repository == "abbreviates" {
            Ok(reference)
        } else {
            Ok("0123456789abcdef0123456789abcdef01234567".into())
        }
    }

    fn read_file(
        _: Context,
        _: String,
        _: String,
        path: String,
        at_most: u32,
    ) -> Result<Vec<u8>, Error> {
        let more = usize::from(path == "long");
        Ok(vec![b'x'; at_most as usize + more])
    }

    fn list_files(
        _: Context,
        _: String,
        revision: String,
        folder: String,
        cursor: Option<String>,
    ) -> Result<Paths, Error> {
        Ok(Paths {
            items: vec![format!("{folder}/{revision}")],
            next: cursor,
            truncated: false,
        })
    }

    fn clone_credential(
        _: Context,
        repository: String,
        others: Vec<String>,
    ) -> Result<CloneAccess, Error> {
        let password = |secret| {
            Login::Password(Password {
                username: "x".into(),
                secret,
            })
        };
        let key = |known_hosts| {
            Login::Key(Key {
                credential: "login".into(),
                known_hosts,
            })
        };
        let issued = ShortLived {
            value: "short-lived-token".into(),
            expires: "2026-01-02T03:04:05Z".into(),
        };
        let (scheme, login) = match repository.as_str() {
            "bound" => ("https", password(CloneSecret::Credential("login".into()))),
            "hands-on" => ("https", password(CloneSecret::Credential("api-key".into()))),
            "plain" => ("http", password(CloneSecret::Credential("login".into()))),
            "token" => ("https", password(CloneSecret::Token(issued))),
            "key" => ("ssh", key(vec!["git.example.com ssh-ed25519 AAAA".into()])),
            "unknown-host" => ("ssh", key(vec![])),
            "elsewhere" => ("http", Login::Anonymous),
            _ => ("https", Login::Anonymous),
        };
        Ok(CloneAccess {
            url: format!("{scheme}://git.example.com/{repository}"),
            login,
            also: others,
        })
    }

    fn set_status(_: Context, repository: String, status: Status) -> Result<(), Error> {
        Err(Error::Other(format!("{repository}: {status:?}")))
    }

    fn set_deployment(
        _: Context,
        repository: String,
        deployment: Deployment,
    ) -> Result<String, Error> {
        Ok(format!("{repository}: {deployment:?}"))
    }

    fn delete_deployment(_: Context, _: String, _: String, _: Option<String>) -> Result<(), Error> {
        panic!("the manifest says that this is not there")
    }

    fn upsert_comment(_: Context, repository: String, comment: Comment) -> Result<Place, Error> {
        Ok(Place {
            id: format!("{repository}: {comment:?}"),
            url: None,
        })
    }

    fn delete_comment(
        _: Context,
        _: String,
        _: String,
        _: String,
        _: Option<String>,
    ) -> Result<(), Error> {
        Ok(())
    }

    fn ensure_webhook(ctx: Context, _: String, hook: Hook) -> Result<String, Error> {
        let url = ctx.config.split('"').nth(3).unwrap_or_default().to_owned();
        let sent = format!(
            "POST\n{url}/\n> {{\"secret\":\"{}\",\"url\":\"{}\"}}\n",
            hook.secret, hook.url
        );
        Ok(http::send(&sent)?.join("\n"))
    }

    fn delete_webhook(_: Context, _: String, url: String) -> Result<(), Error> {
        if url.is_empty() {
            Err(Error::NotFound("a webhook without URL".into()))
        } else {
            Ok(())
        }
    }

    fn parse_webhook(_: Context, webhook: Webhook) -> Result<Option<Hint>, Error> {
        let value = |name: &str| {
            webhook
                .headers
                .iter()
                .find(|header| header.name == name)
                .map(|header| &header.value)
        };
        let unknown = |error| Error::Other(format!("{error:?}"));
        let signature = value("x-signature").map_or("", String::as_str);
        let signature: Vec<u8> = (0..signature.len() / 2)
            .filter_map(|at| u8::from_str_radix(&signature[2 * at..2 * at + 2], 16).ok())
            .collect();
        let key = if value("x-made").is_some() {
            "made"
        } else {
            "hook"
        };
        let signed =
            credentials::verify_hmac_sha256(key, &webhook.body, &signature).map_err(unknown)?;
        let by_token = match value("x-token") {
            Some(token) => credentials::matches("hook", token.as_bytes()).map_err(unknown)?,
            None => false,
        };
        if !signed && !by_token {
            return Err(Error::Unauthorized("the signature is wrong".into()));
        }
        let delivery = value("x-delivery").cloned();
        let what = Happening::Change("7".into());
        Ok(delivery.map(|delivery| Hint {
            delivery,
            repository: "shop/web".into(),
            what,
        }))
    }
}

fn change(id: &str, title: &str) -> Change {
    Change {
        id: id.into(),
        title: title.into(),
        url: "https://git.example.com/7".into(),
        author: "alice".into(),
        author_access: Some(Access::Read),
        head_branch: "feature".into(),
        head_sha: "f".repeat(40),
        head_ref: "refs/pull/7/head".into(),
        head_repository: None,
        trust: Trust::Anybody,
        base_branch: "main".into(),
        base_sha: None,
        labels: vec!["preview".into()],
        draft: false,
        state: State::Open,
        updated: None,
    }
}

//! A plugin that exports every provider interface of the released contract. Each function shows what it was given in what
//! it answers; a tunnel's or image's name says what it does wrong.

#[path = "../../../guests/src/http.rs"]
mod http;
mod pure;
mod source;
mod tunnel;

wit_bindgen::generate!({
    inline: "package maquette:every; world every {
        include maquette:plugin/plugin@0.1.0;
        export maquette:dns/dns@0.1.0;
        export maquette:tunnel/tunnel@0.1.0;
        export maquette:registry/registry@0.1.0;
        export maquette:source/source@0.0.1;
        export maquette:builder/builder@0.0.1;
        import maquette:bundler/blobs@0.0.1;
        export maquette:bundler/bundler@0.0.1;
        export maquette:delivery/delivery@0.0.1;
    }",
    world: "maquette:every/every",
    path: [
        "../../../../../wit/since-v0.1.0/plugin",
        "../../../../../wit/since-v0.1.0/dns",
        "../../../../../wit/since-v0.1.0/tunnel",
        "../../../../../wit/since-v0.1.0/registry",
        "../../../../../wit/draft/source",
        "../../../../../wit/draft/builder",
        "../../../../../wit/draft/bundler",
        "../../../../../wit/draft/delivery",
    ],
    generate_all,
});

use exports::maquette::{
    dns::dns::{Change, Guest as Dns, Observed, Page, RecordSet, Zone},
    plugin::manifest::{
        Credential, Description, Guest as Manifest, Host, ObjectKind, Placement, Provision,
        SecretPlace,
    },
    registry::registry::{
        Action, Guest as Registry, Image, Login, Referrer, Referrers, Secret, Tag, Tags,
    },
};
use maquette::plugin::types::{Context, Error, Pair, ShortLived};

struct Guest;

export!(Guest);

impl Manifest for Guest {
    fn describe() -> Description {
        let credential = |name: &str, placement| Credential {
            name: name.into(),
            description: format!("The {name} of the test server."),
            placement,
            provision: Provision::Optional,
            group: None,
            hosts: vec![],
        };
        Description {
            name: "every".into(),
            version: env!("CARGO_PKG_VERSION").into(),
            summary: "Exports everything".into(),
            docs_url: None,
            config_schema: r#"{"type":"object","properties":{"url":{"type":"string"}}}"#.into(),
            credentials: vec![
                credential("api-key", Placement::Bearer),
                credential("hook", Placement::HmacKey),
                Credential {
                    provision: Provision::Made,
                    ..credential("made", Placement::HmacKeyBase64)
                },
                credential("login", Placement::Connector),
            ],
            options: vec![],
            hosts: vec![Host::FromConfig("/url".into())],
            secret_places: vec![SecretPlace {
                path: "/".into(),
                pointer: "/secret".into(),
            }],
            objects: vec![ObjectKind {
                api_version: "v1".into(),
                kind: "ConfigMap".into(),
            }],
            lacks: vec!["source.delete-deployment".into()],
        }
    }
}

impl Dns for Guest {
    fn zones(_: Context) -> Result<Vec<Zone>, Error> {
        Ok(vec![Zone {
            name: "example.com".into(),
            id: "z-1".into(),
        }])
    }

    fn normalize(_: Context, records: Vec<RecordSet>) -> Result<Vec<RecordSet>, Error> {
        Ok(records)
    }

    fn observe(_: Context, _: String, _: Vec<String>) -> Result<Vec<Observed>, Error> {
        Ok(vec![])
    }

    fn apply(
        _: Context,
        _: String,
        changes: Vec<Change>,
    ) -> Result<Vec<Result<String, Error>>, Error> {
        Ok(changes
            .into_iter()
            .map(|_| Err(Error::Conflict(Some("somebody".into()))))
            .collect())
    }

    fn list_owned(_: Context, _: String, _: String, _: Option<String>) -> Result<Page, Error> {
        Ok(Page {
            items: vec![],
            next: None,
        })
    }
}

impl Registry for Guest {
    fn list_tags(_: Context, repository: String, cursor: Option<String>) -> Result<Tags, Error> {
        let items: &[&str] = match (repository.as_str(), &cursor) {
            ("repeats", _) => &["1.0", "1.0"],
            ("malformed", _) => &["no tag"],
            (_, None) => &["1.0", "1.1"],
            (_, Some(_)) => &["latest"],
        };
        let next = cursor.is_none().then(|| "page-2".into());
        let tag = |name: &&str| Tag {
            name: (*name).into(),
            digest: Some(digest('c')),
            pushed: None,
        };
        Ok(Tags {
            items: items.iter().map(tag).collect(),
            total: Some(3),
            next,
        })
    }

    fn digest(_: Context, repository: String, _: String) -> Result<String, Error> {
        Ok(if repository == "malformed" {
            "sha256:1".into()
        } else {
            digest('a')
        })
    }

    fn login_for(_: Context, repository: String, action: Action) -> Result<Option<Login>, Error> {
        let secret = match repository.as_str() {
            "public" => return Ok(None),
            "bound" => Secret::Credential("login".into()),
            "hands-on" => Secret::Credential("api-key".into()),
            _ => Secret::Token(ShortLived {
                value: "short-lived-token".into(),
                expires: "2026-01-02T03:04:05Z".into(),
            }),
        };
        let host = if repository == "malformed" {
            "a/b".into()
        } else {
            "registry.example.com:5000".into()
        };
        Ok(Some(Login {
            host,
            username: format!("{action:?}"),
            secret,
        }))
    }

    fn ensure_repository(_: Context, repository: String) -> Result<(), Error> {
        if repository == "forbidden" {
            Err(Error::Forbidden(repository))
        } else {
            Ok(())
        }
    }

    fn delete_tag(_: Context, _: String, tag: String, expect: String) -> Result<(), Error> {
        Err(Error::Other(format!("{tag} after {expect}")))
    }

    fn resolve(_: Context, repository: String, reference: String) -> Result<Image, Error> {
        if repository == "missing" {
            return Err(Error::NotFound(reference));
        }
        let label = Pair {
            name: "asked".into(),
            value: reference,
        };
        Ok(Image {
            digest: if repository == "malformed" {
                "sha256:1".into()
            } else {
                digest('a')
            },
            media_type: "application/vnd.oci.image.index.v1+json".into(),
            created: Some("2026-01-02T03:04:05Z".into()),
            platforms: vec!["linux/amd64".into(), "linux/arm/v7".into()],
            labels: vec![label],
        })
    }

    fn list_referrers(
        _: Context,
        repository: String,
        subject: String,
        artifact_type: Option<String>,
        cursor: Option<String>,
    ) -> Result<Referrers, Error> {
        let annotations = vec![Pair {
            name: repository,
            value: subject,
        }];
        let media_type = "application/vnd.oci.image.manifest.v1+json".into();
        let item = Referrer {
            digest: digest('b'),
            media_type,
            artifact_type,
            size: u64::MAX,
            annotations,
        };
        Ok(Referrers {
            items: vec![item],
            next: cursor,
        })
    }
}

fn digest(digit: char) -> String {
    format!("sha256:{}", digit.to_string().repeat(64))
}

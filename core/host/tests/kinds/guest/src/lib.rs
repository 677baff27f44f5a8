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
    plugin::manifest::{Credential, Description, Guest as Manifest, Host, Placement},
    registry::registry::{Guest as Registry, Image, Label, Referrer, Referrers, Tags},
};
use maquette::plugin::types::{Context, Error};

struct Guest;

export!(Guest);

impl Manifest for Guest {
    fn describe() -> Description {
        let credential = |name: &str, placement| Credential {
            name: name.into(),
            description: format!("The {name} of the test server."),
            placement,
            optional: true,
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
                credential("login", Placement::Connector),
            ],
            hosts: vec![Host::FromConfig("/url".into())],
        }
    }
}

impl Dns for Guest {
    fn zones(_: Context) -> Result<Vec<Zone>, Error> {
        Ok(vec![Zone { name: "example.com".into(), id: "z-1".into() }])
    }

    fn normalize(_: Context, records: Vec<RecordSet>) -> Result<Vec<RecordSet>, Error> {
        Ok(records)
    }

    fn observe(_: Context, _: String, _: Vec<String>) -> Result<Vec<Observed>, Error> {
        Ok(vec![])
    }

    fn apply(_: Context, _: String, changes: Vec<Change>) -> Result<Vec<Result<String, Error>>, Error> {
        Ok(changes.into_iter().map(|_| Err(Error::Conflict(Some("somebody".into())))).collect())
    }

    fn list_owned(_: Context, _: String, _: String, _: Option<String>) -> Result<Page, Error> {
        Ok(Page { items: vec![], next: None })
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
        Ok(Tags { items: items.iter().map(|tag| (*tag).into()).collect(), next })
    }

    fn resolve(_: Context, repository: String, reference: String) -> Result<Image, Error> {
        if repository == "missing" {
            return Err(Error::NotFound(reference));
        }
        let label = Label { key: "asked".into(), value: reference };
        Ok(Image {
            digest: if repository == "malformed" { "sha256:1".into() } else { digest('a') },
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
        let annotations = vec![Label { key: repository, value: subject }];
        let media_type = "application/vnd.oci.image.manifest.v1+json".into();
        let item = Referrer { digest: digest('b'), media_type, artifact_type, size: u64::MAX, annotations };
        Ok(Referrers { items: vec![item], next: cursor })
    }
}

fn digest(digit: char) -> String {
    format!("sha256:{}", digit.to_string().repeat(64))
}

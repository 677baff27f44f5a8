use crate::{
    Guest,
    exports::maquette::tunnel::tunnel::{
        Connector, Established, File, Guest as Tunnel, Observed, Page, Probe, Route, Source, Spec,
        Target, Variable,
    },
    http,
    maquette::plugin::types::{Context, Error},
};

impl Tunnel for Guest {
    fn ensure(ctx: Context, spec: Spec) -> Result<Established, Error> {
        let mut version = "1".into();
        match spec.name.as_str() {
            // Sends the secret in a body and in headers, and tells what came back.
            "sends" => {
                let url = ctx.config.split('"').nth(3).unwrap_or_default().to_owned();
                // 13 characters around the 44 of the secret.
                let sent = format!(
                    "POST\n{url}/\nX-Secret: {0}\nContent-Length: 57\n> {{\"secret\":\"{0}\"}}\n",
                    spec.secret
                );
                version = http::send(&sent)?.join("\n");
            }
            "leaks" => {
                let url = ctx.config.split('"').nth(3).unwrap_or_default().to_owned();
                let sent = format!(
                    "POST\n{url}/\n> {{\"type\":\"TXT\",\"content\":\"{}\"}}\n",
                    spec.secret
                );
                version = http::send(&sent)?.join("\n");
            }
            "fails" => return Err(Error::Other(spec.secret)),
            _ => {}
        }
        Ok(established(spec, version))
    }

    fn observe(_: Context, id: String) -> Result<Option<Observed>, Error> {
        Ok(
            (id != "gone")
                .then(|| observed(if id == "other" { "t-9" } else { &id }, "cluster-1/a")),
        )
    }

    fn set_routes(
        _: Context,
        id: String,
        spec: Spec,
        expect: String,
    ) -> Result<Established, Error> {
        let version = format!("{id} after {expect}: {:?}", spec.routes);
        Ok(established(spec, version))
    }

    fn rotate(_: Context, id: String, spec: Spec) -> Result<Established, Error> {
        Ok(established(spec, id))
    }

    fn delete(_: Context, id: String, owner: String) -> Result<(), Error> {
        if id == "taken" {
            Err(Error::Conflict(Some(format!("not {owner}"))))
        } else {
            Ok(())
        }
    }

    fn list_owned(_: Context, prefix: String, cursor: Option<String>) -> Result<Page, Error> {
        let owner = if prefix == "others" {
            "somebody".into()
        } else {
            format!("{prefix}x")
        };
        Ok(Page {
            items: vec![observed("t-1", &owner)],
            next: cursor,
        })
    }
}

fn established(spec: Spec, version: String) -> Established {
    let credential = if spec.name == "hands-on" {
        "api-key"
    } else {
        "login"
    };
    let variable = |name: &str, source| Variable {
        name: name.into(),
        source,
    };
    let shown = if spec.name == "shows" {
        spec.secret.clone()
    } else {
        "run".into()
    };
    Established {
        id: "t-1".into(),
        target: if spec.name == "addresses" {
            Target::Addresses(vec!["192.0.2.1".into(), "2001:db8::1".into()])
        } else {
            Target::Hostname(format!("{}.{}", spec.name, spec.owner))
        },
        version,
        connector: Connector {
            image: "registry.example.com/connector:1".into(),
            args: vec![shown],
            env: vec![
                variable("A", Source::Value("text".into())),
                variable("B", Source::Credential(credential.into())),
                variable("C", Source::Secret),
            ],
            files: vec![File {
                path: if spec.name == "escapes" {
                    "/etc/../token".into()
                } else {
                    "/etc/connector/token".into()
                },
                content: format!("token = \"{}\"", spec.secret),
            }],
            ready: Some(Probe {
                path: "/ready".into(),
                port: 2000,
            }),
        },
    }
}

fn observed(id: &str, owner: &str) -> Observed {
    let route = Route {
        hostname: "a.example.com".into(),
        path: Some("/x".into()),
        service: "http://web:80".into(),
    };
    Observed {
        id: id.into(),
        name: "name".into(),
        owner: Some(owner.into()),
        routes: vec![route],
        version: "7".into(),
        connections: Some(4),
    }
}

//! What a plugin answers, and what the host makes of it. Pure.

use std::net::IpAddr;

use wasmtime::component::{ComponentType, Lift, Lower};

use super::{
    Connector, Content, Established, File, Probe, Route, Source, Spec, Target, TunnelSecret,
    Variable,
};
use crate::{
    call::CallError,
    kinds::{
        check::{absolute_path, for_connectors, unique},
        client::unusable,
    },
    manifest::Manifest,
};

/// `spec` of `wit/tunnel/tunnel.wit`: with the placeholder of the secret.
#[derive(ComponentType, Lower)]
#[component(record)]
pub(super) struct Asked {
    name: String,
    owner: String,
    secret: String,
    routes: Vec<Route>,
}

impl Asked {
    pub(super) fn new(spec: Spec, placeholder: String) -> Self {
        Self {
            name: spec.name,
            owner: spec.owner,
            secret: placeholder,
            routes: spec.routes,
        }
    }
}

#[derive(ComponentType, Lift)]
#[component(record)]
pub(super) struct Answer {
    id: String,
    target: AnswerTarget,
    version: String,
    connector: AnswerConnector,
}

#[derive(ComponentType, Lift)]
#[component(variant)]
pub(super) enum AnswerTarget {
    #[component(name = "hostname")]
    Hostname(String),
    #[component(name = "addresses")]
    Addresses(Vec<String>),
    #[component(name = "other")]
    Other(String),
}

#[derive(ComponentType, Lift)]
#[component(record)]
pub(super) struct AnswerConnector {
    image: String,
    args: Vec<String>,
    env: Vec<Variable>,
    files: Vec<AnswerFile>,
    ready: Option<Probe>,
}

#[derive(ComponentType, Lift)]
#[component(record)]
pub(super) struct AnswerFile {
    path: String,
    content: String,
}

/// Checks an answer and puts the secret into the connector's files.
pub(super) fn established(
    function: &'static str,
    answer: Answer,
    manifest: &Manifest,
    placeholder: &str,
    secret: &TunnelSecret,
) -> Result<Established, CallError> {
    if answer.id.is_empty() {
        return Err(unusable(function, "the identifier is empty"));
    }
    let connector = answer.connector;
    check_connector(function, &connector, manifest)?;
    stays_in_place(function, &connector, placeholder)?;
    let filled = |file: AnswerFile| File {
        content: Content::filled(&file.content, placeholder, secret),
        path: file.path,
    };
    Ok(Established {
        id: answer.id,
        target: target(function, answer.target)?,
        version: answer.version,
        connector: Connector {
            image: connector.image,
            args: connector.args,
            env: connector.env,
            files: connector.files.into_iter().map(filled).collect(),
            ready: connector.ready,
        },
    })
}

fn target(function: &str, target: AnswerTarget) -> Result<Target, CallError> {
    match target {
        AnswerTarget::Hostname(name) if name.is_empty() => {
            Err(unusable(function, "the target hostname is empty"))
        }
        AnswerTarget::Hostname(name) => Ok(Target::Hostname(name)),
        AnswerTarget::Addresses(addresses) if addresses.is_empty() => {
            Err(unusable(function, "there is no target address"))
        }
        AnswerTarget::Addresses(addresses) => {
            let parsed = addresses.iter().map(|text| {
                text.parse::<IpAddr>()
                    .map_err(|_| unusable(function, format!("`{text}` is no IP address")))
            });
            parsed.collect::<Result<_, _>>().map(Target::Addresses)
        }
        AnswerTarget::Other(text) => Err(unusable(
            function,
            format!("names cannot point to this target: {text}"),
        )),
    }
}

fn check_connector(
    function: &str,
    connector: &AnswerConnector,
    manifest: &Manifest,
) -> Result<(), CallError> {
    let image = &connector.image;
    if image.is_empty() || image.contains(char::is_whitespace) {
        return Err(unusable(function, format!("`{image}` is no image")));
    }
    let names = || connector.env.iter().map(|variable| variable.name.as_str());
    if let Some(name) = names().find(|name| name.is_empty() || name.contains(['=', '\0'])) {
        return Err(unusable(
            function,
            format!("`{name}` is no environment variable"),
        ));
    }
    unique(function, "the environment variable", names())?;
    for variable in &connector.env {
        if let Source::Credential(name) = &variable.source {
            for_connectors(function, manifest, name)?;
        }
    }
    let paths = || connector.files.iter().map(|file| file.path.as_str());
    paths().try_for_each(|path| absolute_path(function, path))?;
    unique(function, "the file", paths())?;
    match &connector.ready {
        Some(probe) if !probe.path.starts_with('/') || probe.port == 0 => Err(unusable(
            function,
            format!("`{}` on port {} cannot be probed", probe.path, probe.port),
        )),
        _ => Ok(()),
    }
}

/// Arguments and variables are seen by everybody who sees the Deployment, so the secret is not put there.
fn stays_in_place(
    function: &str,
    connector: &AnswerConnector,
    placeholder: &str,
) -> Result<(), CallError> {
    let values = connector
        .env
        .iter()
        .filter_map(|variable| match &variable.source {
            Source::Value(text) => Some(text),
            Source::Credential(_) | Source::Secret => None,
        });
    let mut texts = connector.args.iter().chain(values);
    if texts.any(|text| text.contains(placeholder)) {
        return Err(unusable(
            function,
            "the tunnel's secret stands in an argument or variable; it belongs into a file or a variable of the source `secret`",
        ));
    }
    Ok(())
}

//! The chart on the control plane, access with its ServiceAccount, and the Provider.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result};
use k8s_openapi::api::authentication::v1::{TokenRequest, TokenRequestSpec};
use k8s_openapi::api::core::v1::ServiceAccount;
use kube::api::{DynamicObject, PostParams};
use kube::config::Kubeconfig;
use kube::{Api, Client};
use maquette_harness::ControlPlane;
use maquette_harness::progress::Progress;
use maquette_harness::tools::{self, Tool};
use serde_json::{Value, json};

use super::servers::{KEY, PowerDns};
use super::{NAMESPACE, PROVIDER, ZONE};
use crate::demo::objects;
use crate::root::root;
use crate::step::step;

/// The operator's user in the audit log.
pub(super) const USER: &str = "system:serviceaccount:maquette-system:maquette";

/// Installs the chart. Its pod lands on a node of kwok and only pretends; the operator that works is a process of this machine.
pub(super) fn chart(control_plane: &ControlPlane, progress: &Progress) -> Result<()> {
    tools::ensure(&[Tool::Helm], progress)?;
    let mut helm = Command::new(Tool::Helm.path()?);
    helm.env("KUBECONFIG", control_plane.kubeconfig());
    helm.args(["install", "maquette"])
        .arg(root().join("charts/maquette"));
    helm.args([
        "--namespace",
        NAMESPACE,
        "--create-namespace",
        "--set",
        "image.repository=registry.test/maquette/operator",
    ]);
    step(progress, "helm install maquette", &mut helm).map(drop)
}

/// A kubeconfig with a token of the chart's ServiceAccount.
pub(super) async fn access(control_plane: &ControlPlane, client: &Client) -> Result<PathBuf> {
    let accounts: Api<ServiceAccount> = Api::namespaced(client.clone(), NAMESPACE);
    let wanted = TokenRequest {
        spec: TokenRequestSpec {
            expiration_seconds: Some(24 * 3600),
            ..TokenRequestSpec::default()
        },
        ..TokenRequest::default()
    };
    let made = accounts
        .create_token_request("maquette", &PostParams::default(), &wanted)
        .await?;
    let token = made.status.context("the API server gave no token")?.token;
    let mut config = Kubeconfig::read_from(control_plane.kubeconfig())?;
    for user in &mut config.auth_infos {
        let info = user.auth_info.get_or_insert_default();
        info.token = Some(token.clone().into());
    }
    let path = control_plane.folder().join("kubeconfigs/operator");
    // JSON is YAML.
    fs::write(&path, with_token(&config, &token)?.to_string())?;
    Ok(path)
}

/// As a document; a secret string is not written by itself.
fn with_token(config: &Kubeconfig, token: &str) -> Result<Value> {
    let mut document = serde_json::to_value(config)?;
    if let Some(Value::Array(users)) = document.get_mut("users") {
        for user in users {
            if let Some(fields) = user.as_object_mut() {
                fields.insert("user".to_owned(), json!({"token": token}));
            }
        }
    }
    Ok(document)
}

/// Plugin, Secret and Provider.
pub(super) async fn provider(
    client: &Client,
    registry: &str,
    digest: &str,
    power_dns: &PowerDns,
) -> Result<()> {
    let url = &power_dns.url;
    let all = [
        json!({
            "apiVersion": "maquette.dev/v1alpha1", "kind": "Plugin", "metadata": {"name": "powerdns"},
            "spec": {"image": format!("{registry}/{}", crate::plugin::REPOSITORY), "digest": digest},
        }),
        json!({
            "apiVersion": "v1", "kind": "Secret", "metadata": {"name": "powerdns", "namespace": NAMESPACE},
            "stringData": {"api-key": KEY},
        }),
        json!({
            "apiVersion": "maquette.dev/v1alpha1", "kind": "Provider", "metadata": {"name": PROVIDER},
            "spec": {
                "plugin": "powerdns",
                "config": {"url": url, "server": "localhost"},
                "credentials": {"api-key": {"secretRef": {"name": "powerdns", "key": "api-key"}}},
                "egress": [url],
                "scope": {"zones": [ZONE]},
            },
        }),
    ];
    for object in all {
        let object: DynamicObject = serde_json::from_value(object)?;
        objects::apply(client, &object).await?;
    }
    Ok(())
}

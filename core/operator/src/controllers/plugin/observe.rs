//! Installs the plugin, which changes nothing where it is installed already.

use super::PluginController;
use crate::cluster::{Caches, Key};
use base64::{Engine as _, prelude::BASE64_STANDARD};
use k8s_openapi::api::core::v1::Secret as KubeSecret;
use maquette_api::Plugin;
use maquette_host::{
    Host, InstallError, Installed, Login, ReferenceError, Repository, Secret, Version, Wanted,
};
use serde_json::Value;

/// What became of installing the plugin.
pub struct Observed {
    pub(super) installed: Result<Installed, Problem>,
}

/// Why the plugin is not installed.
#[derive(Debug, thiserror::Error)]
pub(in crate::controllers) enum Problem {
    #[error("spec: {0}")]
    Reference(#[from] ReferenceError),
    #[error(
        "spec.pullSecrets: the Secret {name} does not exist in namespace {namespace}; create it with `kubectl create secret docker-registry`"
    )]
    SecretMissing { name: String, namespace: String },
    #[error(transparent)]
    Install(#[from] InstallError),
}

/// Installs what the Plugin says, with its pull secrets from this namespace.
pub(in crate::controllers) async fn install(
    host: &Host,
    caches: &Caches,
    namespace: &str,
    plugin: &Plugin,
) -> Result<Installed, Problem> {
    let repository: Repository = plugin.spec.image.parse()?;
    let login = login(caches, namespace, plugin, repository.registry())?;
    let wanted = Wanted {
        repository,
        version: version(plugin)?,
        login,
        verify: Vec::new(),
    };
    Ok(host.install(&wanted).await?)
}

pub(super) async fn observe(controller: &PluginController, plugin: &Plugin) -> Observed {
    Observed {
        installed: install(
            &controller.host,
            &controller.caches,
            &controller.namespace,
            plugin,
        )
        .await,
    }
}

/// The digest that this spec was resolved to before, else what the spec says.
fn version(plugin: &Plugin) -> Result<Version, ReferenceError> {
    let resolved = plugin
        .status
        .as_ref()
        .filter(|status| status.observed_generation == plugin.metadata.generation)
        .and_then(|status| status.digest.as_deref());
    let text = resolved
        .or(plugin.spec.digest.as_deref())
        .or(plugin.spec.version.as_deref())
        .unwrap_or_default();
    text.parse()
}

fn login(
    caches: &Caches,
    namespace: &str,
    plugin: &Plugin,
    registry: &str,
) -> Result<Option<Login>, Problem> {
    for reference in &plugin.spec.pull_secrets {
        let key = Key::new(namespace, reference.name.clone());
        let Some(secret) = caches.secrets.get(&key) else {
            return Err(Problem::SecretMissing {
                name: reference.name.clone(),
                namespace: namespace.to_owned(),
            });
        };
        if let Some(login) = login_for(&secret, registry) {
            return Ok(Some(login));
        }
    }
    Ok(None)
}

/// The entry for this registry in a Secret of type `kubernetes.io/dockerconfigjson`.
fn login_for(secret: &KubeSecret, registry: &str) -> Option<Login> {
    let document = secret.data.as_ref()?.get(".dockerconfigjson")?;
    let document: Value = serde_json::from_slice(&document.0).ok()?;
    let auths = document.get("auths")?.as_object()?;
    let (_, entry) = auths
        .iter()
        .find(|(host, _)| canonical(host_of(host)) == canonical(registry))?;
    if let Some(auth) = entry.get("auth").and_then(Value::as_str) {
        let decoded = String::from_utf8(BASE64_STANDARD.decode(auth).ok()?).ok()?;
        let (username, password) = decoded.split_once(':')?;
        return Some(Login {
            username: username.to_owned(),
            password: Secret::new(password),
        });
    }
    let username = entry.get("username")?.as_str()?.to_owned();
    Some(Login {
        username,
        password: Secret::new(entry.get("password")?.as_str()?),
    })
}

/// The names under which logins of Docker's own registry are kept are one registry.
fn canonical(host: &str) -> &str {
    match host {
        "index.docker.io" | "registry-1.docker.io" => "docker.io",
        other => other,
    }
}

/// Hosts in such a document may be written as URLs.
fn host_of(entry: &str) -> &str {
    let entry = entry.split_once("://").map_or(entry, |(_, rest)| rest);
    entry.split_once('/').map_or(entry, |(host, _)| host)
}

#[cfg(test)]
mod tests {
    use super::*;
    use k8s_openapi::ByteString;

    #[test]
    fn a_login_is_taken_only_for_its_own_registry() {
        let auth = BASE64_STANDARD.encode("ci:pass:word");
        let document =
            format!(r#"{{"auths":{{"https://registry.test/v1/":{{"auth":"{auth}"}}}}}}"#);
        let secret = KubeSecret {
            data: Some(
                [(
                    ".dockerconfigjson".to_owned(),
                    ByteString(document.into_bytes()),
                )]
                .into(),
            ),
            ..KubeSecret::default()
        };
        assert_eq!(login_for(&secret, "registry.test").unwrap().username, "ci");
        assert!(login_for(&secret, "other.test").is_none());
    }
}

//! Installs a version of a plugin as the administrator's decisions about registries say. Doing it again changes nothing.

use super::verify::{self, VerifyError};
use crate::{
    cluster::{Key, Reads},
    providers::PluginPort,
    registries::{Registries, RegistryError},
};
use base64::{Engine as _, prelude::BASE64_STANDARD};
use k8s_openapi::api::core::v1::Secret as KubeSecret;
use maquette_api::Plugin;
use maquette_host::{
    InstallError, Installed, Login, ReferenceError, Repository, Secret, Verified, Version, Wanted,
};
use serde_json::Value;
use std::sync::Arc;

/// Installs versions of plugins.
#[derive(Clone)]
pub struct Installer {
    /// Runs plugins.
    pub host: Arc<dyn PluginPort>,
    /// Namespace of pull secrets.
    pub namespace: String,
    /// What the administrator decided.
    pub registries: Arc<Registries>,
}

/// Why a version is not installed.
#[derive(Debug, thiserror::Error)]
pub(in crate::controllers) enum Problem {
    #[error("spec: {0}")]
    Reference(#[from] ReferenceError),
    #[error("spec.image: {0}")]
    Registry(#[from] RegistryError),
    #[error(
        "{field}: the Secret {name} does not exist in namespace {namespace}; create it with `kubectl create secret docker-registry`"
    )]
    SecretMissing {
        field: &'static str,
        name: String,
        namespace: String,
    },
    // In a box, because it is larger than all others.
    #[error(transparent)]
    Verify(#[from] Box<VerifyError>),
    #[error(
        "spec.rollbackTo: {0} is not in status.history; take a digest of it, or set `spec.digest` for any other"
    )]
    NotInHistory(String),
    #[error(transparent)]
    Install(#[from] InstallError),
}

impl Installer {
    /// Pulls, verifies and compiles a version of this image.
    pub(in crate::controllers) async fn install(
        &self,
        reads: &Reads,
        plugin: &Plugin,
        image: &str,
        version: Version,
    ) -> Result<Installed, Problem> {
        let wanted = self.wanted(reads, plugin, image, version)?;
        Ok(reads.wait(self.host.install(&wanted)).await?)
    }

    /// What the version stands for now, and who signed it. Nothing of the plugin is fetched.
    pub(super) async fn resolve(
        &self,
        reads: &Reads,
        plugin: &Plugin,
        version: Version,
    ) -> Result<Verified, Problem> {
        let wanted = self.wanted(reads, plugin, &plugin.spec.image, version)?;
        Ok(reads.wait(self.host.verify(&wanted)).await?)
    }

    /// From where this image is pulled, if that is elsewhere.
    pub(super) fn elsewhere(&self, image: &str) -> Option<String> {
        let image: Repository = image.parse().ok()?;
        let place = self.registries.place(&image).ok()?;
        (place != image).then(|| place.to_string())
    }

    fn wanted(
        &self,
        reads: &Reads,
        plugin: &Plugin,
        image: &str,
        version: Version,
    ) -> Result<Wanted, Problem> {
        let image: Repository = image.parse()?;
        let mut verify = self.registries.required(&image)?;
        // All of them have to hold.
        verify.extend(verify::own(self, reads, plugin)?);
        let repository = self.registries.place(&image)?;
        let login = self.login(reads, plugin, &repository)?;
        Ok(Wanted {
            repository,
            version,
            login,
            verify,
        })
    }

    /// The login for the place that is asked: from the Plugin's own Secrets, else from the one for its prefix.
    fn login(
        &self,
        reads: &Reads,
        plugin: &Plugin,
        place: &Repository,
    ) -> Result<Option<Login>, Problem> {
        let own = plugin.spec.pull_secrets.iter();
        let own = own.map(|secret| ("spec.pullSecrets", &*secret.name));
        let common = self.registries.pull_secret(place);
        let common = common.map(|name| ("registries.pullSecrets of the chart", name));
        for (field, name) in own.chain(common) {
            let key = Key::new(self.namespace.clone(), name);
            let Some(secret) = reads.get::<KubeSecret>(&key) else {
                return Err(Problem::SecretMissing {
                    field,
                    name: name.to_owned(),
                    namespace: self.namespace.clone(),
                });
            };
            if let Some(login) = login_for(&secret, place.registry()) {
                return Ok(Some(login));
            }
        }
        Ok(None)
    }
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

//! The plugin host: it installs plugins whose image names their interface, and binds them to the server that the
//! Provider's configuration names.

use super::port::Port;
use crate::world::Shared;
use futures::future::BoxFuture;
use maquette_host::{
    AccountUsage, Digest, GrantError, Grants, InstallError, Installed, Manifest, ProviderUsage,
    PullError, Verified, Version, Wanted,
};
use maquette_operator::providers::{Bound, PluginPort};
use serde_json::json;
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use tokio::time::Instant;

/// The plugin host of one instance of the operator.
pub(crate) struct SimulatedHost {
    sim: Shared,
    instance: usize,
    /// Interfaces of the plugins that are in memory.
    loaded: Mutex<BTreeMap<String, &'static str>>,
}

/// The digest of the plugin of an image.
pub(crate) fn digest(image: &str) -> String {
    let mut hex = String::new();
    for at in 0..64 {
        let byte = image.as_bytes().get(at % image.len().max(1));
        let digit = u32::from(byte.copied().unwrap_or(0)) % 16;
        hex.push(char::from_digit(digit, 16).unwrap_or('0'));
    }
    format!("sha256:{hex}")
}

impl SimulatedHost {
    pub(crate) fn new(sim: &Shared, instance: usize) -> Self {
        Self {
            sim: sim.clone(),
            instance,
            loaded: Mutex::default(),
        }
    }

    fn unreachable(&self, image: &str) -> Option<InstallError> {
        self.sim.with(|world| {
            let down = world.servers.registry_down;
            let down = down.is_some_and(|until| Instant::now() < until);
            let pulled = world.servers.pulled.contains(&digest(image));
            (down && !pulled).then(|| {
                InstallError::Pull(PullError::Unreachable {
                    registry: "registry.test".to_owned(),
                    problem: "connection refused".to_owned(),
                })
            })
        })
    }

    async fn pause(&self) {
        let wait = self.sim.with(|world| world.random.between(5, 150));
        tokio::time::sleep(Duration::from_millis(wait)).await;
    }

    async fn pull(&self, wanted: &Wanted) -> Result<Installed, InstallError> {
        self.pause().await;
        let image = wanted.repository.to_string();
        if let Some(error) = self.unreachable(&image) {
            return Err(error);
        }
        let found = digest(&image);
        if let Version::Digest(digest) = &wanted.version
            && digest.to_string() != found
        {
            return Err(InstallError::Pull(PullError::NotFound {
                reference: digest.to_string(),
            }));
        }
        let interface = if image.contains("tunnel") {
            "maquette:plugin/tunnel@0.1.0"
        } else {
            "maquette:plugin/dns@0.1.0"
        };
        self.sim
            .with(|world| world.servers.pulled.insert(found.clone()));
        self.loaded
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(found.clone(), interface);
        Ok(Installed {
            digest: parsed(&found),
            version: "1.0.0".to_owned(),
            manifest: manifest(),
            interfaces: vec![interface.to_owned()],
            imports: Vec::new(),
            size_bytes: 1,
            remembered: false,
            signed_by: Vec::new(),
        })
    }
}

/// As a plugin writes it: fields that it leaves out have their defaults.
#[expect(clippy::expect_used, reason = "these fields are a manifest")]
fn manifest() -> Manifest {
    let manifest = json!({
        "name": "simulated", "version": "1.0.0", "summary": "Simulated.", "configSchema": { "type": "object" },
    });
    serde_json::from_value(manifest).expect("a manifest")
}

#[expect(clippy::expect_used, reason = "64 hexadecimal digits are a digest")]
fn parsed(digest: &str) -> Digest {
    digest.parse().expect("a digest")
}

impl PluginPort for SimulatedHost {
    fn install<'a>(&'a self, wanted: &'a Wanted) -> BoxFuture<'a, Result<Installed, InstallError>> {
        Box::pin(self.pull(wanted))
    }

    fn verify<'a>(&'a self, wanted: &'a Wanted) -> BoxFuture<'a, Result<Verified, InstallError>> {
        Box::pin(async move {
            self.pause().await;
            let image = wanted.repository.to_string();
            match self.unreachable(&image) {
                Some(error) => Err(error),
                None => Ok(Verified {
                    digest: parsed(&digest(&image)),
                    tag: Some("1.0.0".to_owned()),
                    signed_by: Vec::new(),
                }),
            }
        })
    }

    fn unload(&self, digest: &Digest) {
        self.loaded
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(&digest.to_string());
    }

    fn fits(&self, _: &Digest, _: Grants) -> Result<(), GrantError> {
        Ok(())
    }

    fn bind(&self, _: &str, digest: &Digest, grants: Grants) -> Result<Bound, GrantError> {
        let loaded = self.loaded.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(interface) = loaded.get(&digest.to_string()) else {
            return Err(GrantError::NotInstalled(digest.clone()));
        };
        let server = grants.config["server"].as_str().unwrap_or_default();
        let port = Arc::new(Port {
            sim: self.sim.clone(),
            instance: self.instance,
            server: server.to_owned(),
        });
        Ok(if interface.contains("tunnel") {
            Bound {
                dns: None,
                tunnel: Some(port),
            }
        } else {
            Bound {
                dns: Some(port),
                tunnel: None,
            }
        })
    }

    fn forget(&self, _: &str) {}

    fn usage(&self) -> Vec<ProviderUsage> {
        Vec::new()
    }

    fn accounts(&self) -> Vec<AccountUsage> {
        Vec::new()
    }
}

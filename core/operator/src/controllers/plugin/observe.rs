//! What runs, installed again where it has to be, and what the spec stands for now.

use super::{Installer, fit::unfit, install::Problem};
use crate::{
    cluster::{Key, Reads},
    controllers::outside::{Memory, Recalled},
};
use maquette_api::{Plugin, Provider};
use maquette_host::{Digest, Installed, Version};
use std::sync::Arc;

/// What runs and what is offered.
pub struct Observed {
    /// The version of `status.digest`; none before the first.
    pub(super) running: Option<Result<Installed, Problem>>,
    /// What the spec stands for now.
    pub(super) offered: Result<Installed, Problem>,
    /// From where the image is pulled, if that is elsewhere.
    pub(super) pulled_from: Option<String>,
    /// Providers that could not use what is offered, with what they lack.
    pub(super) unfit: Vec<String>,
    /// Providers that use the Plugin, by name.
    pub(super) used_by: Vec<String>,
    /// Whether a problem lasts for long.
    pub(super) recalled: Recalled,
}

pub(super) async fn observe(
    installer: &Installer,
    memory: &Memory,
    reads: &Reads,
    plugin: &Plugin,
) -> Observed {
    unload(installer, reads, plugin);
    let running = running(installer, reads, plugin).await;
    let offered = offered(installer, reads, plugin, running.as_ref()).await;
    let unfit = match (&running, &offered) {
        (Some(Ok(running)), Ok(offered)) if running.digest != offered.digest => {
            unfit(installer, reads, plugin, &running.digest, &offered.digest)
        }
        _ => Vec::new(),
    };
    let in_trouble = offered.is_err() || matches!(running, Some(Err(_)));
    Observed {
        used_by: users(reads, plugin),
        recalled: memory.recall(&Key::of(&plugin.metadata), false, in_trouble),
        unfit,
        offered,
        running,
        pulled_from: installer.elsewhere(&plugin.spec.image),
    }
}

/// Providers whose spec names the Plugin. It is not deleted before they are: only with it can they remove what they keep.
fn users(reads: &Reads, plugin: &Plugin) -> Vec<String> {
    let name = plugin.metadata.name.clone().unwrap_or_default();
    reads.every_as(move |providers: &[Arc<Provider>]| {
        let users = providers.iter().filter(|p| p.spec.plugin == name);
        let mut users: Vec<_> = users.filter_map(|p| p.metadata.name.clone()).collect();
        users.sort();
        users
    })
}

/// What ran before and runs for nobody now need not be in memory.
fn unload(installer: &Installer, reads: &Reads, plugin: &Plugin) {
    // What runs elsewhere is not a reason to reconcile this Plugin.
    let plugins = reads.caches().plugins.all();
    let used = |digest: &String| {
        let statuses = plugins.iter().filter_map(|plugin| plugin.status.as_ref());
        let mut digests = statuses.filter_map(|status| status.digest.as_ref());
        digests.any(|used| used == digest)
    };
    let history = plugin.status.iter().flat_map(|status| &status.history);
    for entry in history.filter(|entry| !used(&entry.digest)) {
        if let Ok(digest) = entry.digest.parse() {
            installer.host.unload(&digest);
        }
    }
}

async fn running(
    installer: &Installer,
    reads: &Reads,
    plugin: &Plugin,
) -> Option<Result<Installed, Problem>> {
    let status = plugin.status.as_ref()?;
    let digest: Digest = status.digest.as_ref()?.parse().ok()?;
    let image = status.image.as_deref().unwrap_or(&plugin.spec.image);
    Some(
        installer
            .install(reads, plugin, image, Version::Digest(digest))
            .await,
    )
}

async fn offered(
    installer: &Installer,
    reads: &Reads,
    plugin: &Plugin,
    running: Option<&Result<Installed, Problem>>,
) -> Result<Installed, Problem> {
    let resolved = installer.resolve(reads, plugin, wanted(plugin)?).await?;
    if let Some(Ok(running)) = running
        && running.digest == resolved.digest
    {
        return Ok(Installed {
            signed_by: resolved.signed_by,
            ..running.clone()
        });
    }
    let version = Version::Digest(resolved.digest);
    let taken = installer
        .install(reads, plugin, &plugin.spec.image, version)
        .await?;
    Ok(Installed {
        version: resolved
            .tag
            .unwrap_or_else(|| taken.manifest.version.clone()),
        ..taken
    })
}

/// The version that the spec names.
fn wanted(plugin: &Plugin) -> Result<Version, Problem> {
    if let Some(digest) = &plugin.spec.rollback_to {
        let history = plugin.status.iter().flat_map(|status| &status.history);
        if !history.into_iter().any(|entry| entry.digest == *digest) {
            return Err(Problem::NotInHistory(digest.clone()));
        }
        return Ok(digest.parse()?);
    }
    let spec = &plugin.spec;
    let text = spec.digest.as_deref().or(spec.version.as_deref());
    Ok(text.unwrap_or_default().parse()?)
}

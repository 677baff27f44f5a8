//! Which Providers could not use another version: known before it is taken, because all of them change at once.

use super::Installer;
use crate::{
    cluster::Reads,
    controllers::grants::{GrantProblem, grants},
};
use maquette_api::{Plugin, Provider};
use maquette_host::Digest;

/// Providers that the running version serves and the offered one could not, with what they lack.
pub(super) fn unfit(
    installer: &Installer,
    reads: &Reads,
    plugin: &Plugin,
    running: &Digest,
    offered: &Digest,
) -> Vec<String> {
    let name = plugin.metadata.name.as_deref().unwrap_or_default();
    let providers = reads.every::<Provider>().into_iter();
    let mut unfit: Vec<String> = providers
        .filter(|provider| provider.spec.plugin == name)
        .filter(|provider| fits(installer, reads, plugin, provider, running).is_ok())
        .filter_map(|provider| {
            let problem = fits(installer, reads, plugin, &provider, offered).err()?;
            let name = provider.metadata.name.as_deref().unwrap_or_default();
            Some(format!("provider {name}: {problem}"))
        })
        .collect();
    unfit.sort();
    unfit
}

fn fits(
    installer: &Installer,
    reads: &Reads,
    plugin: &Plugin,
    provider: &Provider,
    digest: &Digest,
) -> Result<(), GrantProblem> {
    let (grants, _) = grants(reads, &installer.namespace, provider, plugin)?;
    Ok(installer.host.fits(digest, grants)?)
}

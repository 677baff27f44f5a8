//! Waits until a Plugin runs what it shall.

use std::time::{Duration, Instant};

use anyhow::bail;
use kube::Api;
use maquette_api::{Plugin, PluginStatus};

use crate::cluster;
use crate::output::Output;

/// Time between two looks.
const LOOK: Duration = Duration::from_millis(500);

/// Waits until this digest runs.
///
/// # Errors
/// It does not within the time; says what the Plugin says.
pub(super) async fn until(
    api: &Api<Plugin>,
    name: &str,
    digest: &str,
    seconds: u64,
    output: Output,
) -> anyhow::Result<()> {
    output.progress(&format!("Waiting until {name} runs {digest}"));
    let ends = Instant::now() + Duration::from_secs(seconds);
    loop {
        let status = cluster::plugin(api, name).await?.status.unwrap_or_default();
        if status.digest.as_deref() == Some(digest) {
            return Ok(());
        }
        if Instant::now() >= ends {
            bail!(
                "{name} does not run {digest} after {seconds} s: {}",
                said(&status)
            );
        }
        tokio::time::sleep(LOOK).await;
    }
}

fn said(status: &PluginStatus) -> String {
    let conditions = status.conditions.iter();
    let conditions = conditions.map(|it| {
        format!(
            "{} is {} ({}): {}",
            it.type_, it.status, it.reason, it.message
        )
    });
    let all: Vec<String> = conditions.collect();
    if all.is_empty() {
        "no operator looked at it yet; is one installed?".to_owned()
    } else {
        all.join("; ")
    }
}

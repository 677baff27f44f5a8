//! `maquette plugin approve`.

use anyhow::{bail, ensure};
use kube::Api;
use kube::api::{Patch, PatchParams};
use maquette_api::{Plugin, PluginStatus};
use serde_json::json;

use super::follow;
use crate::cluster;
use crate::command;
use crate::output::Output;

/// What becomes of an approval.
#[derive(Debug, PartialEq, Eq)]
enum Decision<'a> {
    /// It runs already.
    Done { version: &'a str },
    Approve {
        digest: &'a str,
        version: &'a str,
        asks_for: &'a [String],
    },
}

/// Approves the digest that waits.
pub(crate) async fn approve(arguments: command::Approve, output: Output) -> anyhow::Result<()> {
    let api: Api<Plugin> = Api::all(cluster::connect(&arguments.cluster).await?);
    let name = &arguments.name;
    let plugin = cluster::plugin(&api, name).await?;
    let status = plugin.status.unwrap_or_default();
    let wanted = arguments.digest.as_deref();
    let (digest, version, asks_for) = match decide(name, &status, wanted)? {
        Decision::Done { version } => {
            let digest = wanted.unwrap_or_default();
            let result =
                json!({ "name": name, "digest": digest, "version": version, "runs": true });
            return output.result(&result, || format!("{name} {version} runs already"));
        }
        Decision::Approve {
            digest,
            version,
            asks_for,
        } => (digest, version, asks_for),
    };
    for asked in asks_for {
        output.progress(&format!("It asks for more: {asked}"));
    }
    let patch = Patch::Merge(json!({ "spec": { "approvedDigest": digest } }));
    api.patch(name, &PatchParams::default(), &patch)
        .await
        .map_err(cluster::explain)?;
    if let Some(seconds) = arguments.wait {
        follow::until(&api, name, digest, seconds, output).await?;
    }
    let runs = arguments.wait.is_some();
    let result = json!({
        "name": name, "digest": digest, "version": version, "asksFor": asks_for, "runs": runs,
    });
    output.result(&result, || {
        let done = if runs { "runs" } else { "is approved" };
        format!("{name} {version} {done}: {digest}")
    })
}

fn decide<'a>(
    name: &str,
    status: &'a PluginStatus,
    wanted: Option<&str>,
) -> anyhow::Result<Decision<'a>> {
    let running = status.digest.as_deref();
    let version = status.version.as_deref().unwrap_or("no version");
    let Some(pending) = &status.pending else {
        if wanted.is_some() && wanted == running {
            return Ok(Decision::Done { version });
        }
        bail!("no version of {name} waits for approval; {version} runs");
    };
    if let Some(wanted) = wanted {
        ensure!(
            wanted == pending.digest,
            "what waits is {} {}, and not {wanted}; look at it with `kubectl describe plugins.maquette.dev {name}`",
            pending.version,
            pending.digest
        );
    }
    Ok(Decision::Approve {
        digest: &pending.digest,
        version: &pending.version,
        asks_for: &pending.asks_for,
    })
}

#[cfg(test)]
mod tests {
    use maquette_api::PluginStatus;
    use serde_json::json;

    use super::{Decision, decide};

    fn status() -> PluginStatus {
        serde_json::from_value(json!({
            "digest": "sha256:1", "version": "1.0.0",
            "pending": { "digest": "sha256:2", "version": "2.0.0", "asksFor": ["host https://a.example"] },
        }))
        .unwrap()
    }

    #[test]
    fn what_waits_is_approved_with_what_it_asks_for() {
        let (status, asks_for) = (status(), ["host https://a.example".to_owned()]);
        let approve = Decision::Approve {
            digest: "sha256:2",
            version: "2.0.0",
            asks_for: &asks_for,
        };
        for wanted in [None, Some("sha256:2")] {
            assert_eq!(decide("p", &status, wanted).unwrap(), approve);
        }
        let told = decide("p", &status, Some("sha256:3"))
            .unwrap_err()
            .to_string();
        assert!(told.contains("what waits is 2.0.0 sha256:2"), "{told}");
    }

    #[test]
    fn where_nothing_waits_only_what_runs_is_approved_already() {
        let mut status = status();
        status.pending = None;
        let done = Decision::Done { version: "1.0.0" };
        assert_eq!(decide("p", &status, Some("sha256:1")).unwrap(), done);
        assert!(decide("p", &status, Some("sha256:2")).is_err());
        assert!(decide("p", &status, None).is_err());
    }
}

//! `maquette plugin rollback`.

use anyhow::{Context as _, bail};
use kube::Api;
use kube::api::{Patch, PatchParams};
use maquette_api::plugin::HistoryEntry;
use maquette_api::{Plugin, PluginStatus};
use serde_json::{Value, json};

use super::follow;
use crate::cluster;
use crate::command;
use crate::output::Output;

/// Makes a version that ran before run again, or lets the Plugin follow its own version again.
pub(crate) async fn rollback(arguments: command::Rollback, output: Output) -> anyhow::Result<()> {
    let api: Api<Plugin> = Api::all(cluster::connect(&arguments.cluster).await?);
    let name = &arguments.name;
    let plugin = cluster::plugin(&api, name).await?;
    let set = async |digest: Value| {
        let patch = Patch::Merge(json!({ "spec": { "rollbackTo": digest } }));
        let patched = api.patch(name, &PatchParams::default(), &patch).await;
        patched.map(drop).map_err(cluster::explain)
    };
    if arguments.cancel {
        set(Value::Null).await?;
        let version = plugin
            .spec
            .version
            .or(plugin.spec.digest)
            .unwrap_or_default();
        let result = json!({ "name": name, "follows": version });
        return output.result(&result, || format!("{name} follows {version} again"));
    }
    let status = plugin.status.unwrap_or_default();
    let entry = choose(name, &status, arguments.to.as_deref())?;
    set(json!(entry.digest)).await?;
    if let Some(seconds) = arguments.wait {
        follow::until(&api, name, &entry.digest, seconds, output).await?;
    }
    let runs = arguments.wait.is_some();
    let result = json!({
        "name": name, "digest": entry.digest, "version": entry.version, "runs": runs,
    });
    output.result(&result, || {
        let done = if runs { "runs" } else { "is gone back to" };
        format!("{name} {} {done}: {}", entry.version, entry.digest)
    })
}

/// The version that was named, or what ran before.
fn choose<'a>(
    name: &str,
    status: &'a PluginStatus,
    to: Option<&str>,
) -> anyhow::Result<&'a HistoryEntry> {
    let known = || {
        let all = status.history.iter();
        let all: Vec<_> = all
            .map(|entry| format!("{} {}", entry.version, entry.digest))
            .collect();
        all.join(", ")
    };
    let Some(to) = to else {
        let running = status.digest.as_deref();
        let mut others = status.history.iter();
        return others
            .find(|entry| Some(entry.digest.as_str()) != running)
            .with_context(|| {
                format!(
                    "{name} has no version to go back to; its history: {}",
                    known()
                )
            });
    };
    let named: Vec<&HistoryEntry> = status
        .history
        .iter()
        .filter(|entry| entry.digest == to || entry.version == to)
        .collect();
    match named.as_slice() {
        [one] => Ok(one),
        [] => bail!("{to} is not in the history of {name}: {}", known()),
        _ => bail!(
            "{to} was more than one digest; name the digest: {}",
            known()
        ),
    }
}

#[cfg(test)]
mod tests {
    use maquette_api::PluginStatus;
    use serde_json::json;

    use super::choose;

    fn status() -> PluginStatus {
        let entry = |digest: &str, version: &str| json!({ "digest": digest, "version": version, "since": "2026-01-01T00:00:00Z" });
        let history = [
            entry("sha256:3", "1.2.0"),
            entry("sha256:2", "1.1.0"),
            entry("sha256:1", "1.0.0"),
            entry("sha256:0", "1.0.0"),
        ];
        serde_json::from_value(
            json!({ "digest": "sha256:3", "version": "1.2.0", "history": history }),
        )
        .unwrap()
    }

    #[test]
    fn what_ran_before_is_chosen_or_what_is_named() {
        let status = status();
        for (to, digest) in [
            (None, "sha256:2"),
            (Some("1.1.0"), "sha256:2"),
            (Some("sha256:0"), "sha256:0"),
        ] {
            assert_eq!(choose("p", &status, to).unwrap().digest, digest);
        }
    }

    #[test]
    fn what_never_ran_or_is_ambiguous_is_refused_with_the_history() {
        for (to, expected) in [
            ("2.0.0", "not in the history"),
            ("1.0.0", "more than one digest"),
        ] {
            let told = choose("p", &status(), Some(to)).unwrap_err().to_string();
            assert!(
                told.contains(expected) && told.contains("1.1.0 sha256:2"),
                "{told}"
            );
        }
        assert!(choose("p", &PluginStatus::default(), None).is_err());
    }
}

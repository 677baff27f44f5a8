//! What is at the forge that the rules of `source` work on, from a file of the author's, and who acts there.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context as _;
use maquette_conformance::source::{
    Access, ForgeHand, Hint, KnownChange, KnownComment, KnownDeployment, KnownStatus, KnownWebhook,
    SourceTarget, Webhook,
};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::other_writer::Program;

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct Forge {
    repository: String,
    open: Vec<KnownChange>,
    closed: KnownChange,
    branches: BTreeMap<String, String>,
    #[serde(default)]
    tags: BTreeMap<String, String>,
    #[serde(default)]
    permissions: BTreeMap<String, Access>,
    moving: Option<String>,
    #[serde(default = "many")]
    many: usize,
    webhook: Option<Hooks>,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct Hooks {
    signed: Webhook,
    signature: String,
    hint: Hint,
    of_no_interest: Webhook,
}

/// More comments than most forges give at once.
fn many() -> usize {
    25
}

/// The file's content, with who acts at the forge past the plugin.
///
/// # Errors
/// It cannot be read.
pub(super) fn read(path: &Path, hand: Option<&PathBuf>) -> anyhow::Result<SourceTarget> {
    let name = path.display();
    let text =
        std::fs::read_to_string(path).with_context(|| format!("--forge: {name} cannot be read"))?;
    let forge: Forge = serde_json::from_str(&text).with_context(|| {
        format!("--forge: {name} does not say what is at the forge; `maquette plugin test --help` shows the form")
    })?;
    Ok(SourceTarget {
        repository: forge.repository,
        open: forge.open,
        closed: forge.closed,
        branches: forge.branches,
        tags: forge.tags,
        permissions: forge.permissions,
        moving: forge.moving,
        many: forge.many,
        webhook: forge.webhook.map(KnownWebhook::from),
        hand: hand.map(|program| -> Arc<dyn ForgeHand> { Arc::new(Program::new(program.clone())) }),
    })
}

impl From<Hooks> for KnownWebhook {
    fn from(of: Hooks) -> Self {
        Self {
            signed: of.signed,
            signature: of.signature,
            hint: of.hint,
            of_no_interest: of.of_no_interest,
        }
    }
}

impl Program {
    /// What the program prints, as JSON.
    fn told<T: DeserializeOwned>(&self, wish: &Value) -> Result<T, String> {
        let text = self.run(wish)?;
        serde_json::from_str(&text)
            .map_err(|error| format!("what it prints is not as it should be: {error}"))
    }
}

impl ForgeHand for Program {
    fn push(&self, repository: &str, branch: &str) -> Result<String, String> {
        let wish = json!({ "action": "push", "repository": repository, "branch": branch });
        Ok(self.run(&wish)?.trim().to_owned())
    }

    fn statuses(&self, repository: &str, sha: &str) -> Result<Vec<KnownStatus>, String> {
        self.told(&json!({ "action": "statuses", "repository": repository, "sha": sha }))
    }

    fn deployments(&self, repository: &str, sha: &str) -> Result<Vec<KnownDeployment>, String> {
        self.told(&json!({ "action": "deployments", "repository": repository, "sha": sha }))
    }

    fn comments(&self, repository: &str, change: &str) -> Result<Vec<KnownComment>, String> {
        self.told(&json!({ "action": "comments", "repository": repository, "change": change }))
    }

    fn comment(&self, repository: &str, change: &str, body: &str) -> Result<(), String> {
        let wish = json!({
            "action": "comment", "repository": repository, "change": change, "body": body,
        });
        self.run(&wish).map(drop)
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use serde_json::json;

    use super::read;

    #[test]
    fn a_file_says_what_is_at_the_forge_and_a_program_acts_there() {
        let folder = tempfile::tempdir().unwrap();
        let (file, program) = (folder.path().join("forge.json"), folder.path().join("hand"));
        let change = |id: &str| {
            json!({
                "id": id, "title": "A", "url": "https://git.test/1", "author": "ada", "head-branch": "a",
                "head-sha": "1".repeat(40), "head-ref": "refs/pull/1/head", "trust": "writer", "base-branch": "main", "labels": ["preview"],
            })
        };
        let webhook =
            json!({ "headers": [{ "name": "x-signature", "value": "00" }], "body": "e30=" });
        let mut forge = json!({
            "repository": "shop/web", "open": [change("2"), change("1")], "closed": change("3"),
            "branches": { "main": "2".repeat(40) }, "tags": { "v1": "2".repeat(40) }, "permissions": { "ada": "write" },
            "webhook": {
                "signed": webhook, "signature": "x-signature", "of-no-interest": webhook,
                "hint": { "delivery": "1", "repository": "shop/web", "what": { "change": "1" } },
            },
        });
        std::fs::write(&file, forge.to_string()).unwrap();
        let script = "#!/bin/sh\ncat >/dev/null\necho '[{\"id\": \"7\", \"ours\": true, \"body\": \"B\"}]'\n";
        std::fs::write(&program, script).unwrap();
        std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).unwrap();
        let target = read(&file, Some(&program)).unwrap();
        assert_eq!((target.open.len(), target.many), (2, 25));
        assert_eq!(target.webhook.unwrap().signed.body, b"{}");
        let comments = target.hand.unwrap().comments("shop/web", "1").unwrap();
        assert!(comments[0].ours && comments[0].id == "7");
        forge["opened"] = json!([]);
        std::fs::write(&file, forge.to_string()).unwrap();
        let told = read(&file, None).err().unwrap().to_string();
        assert!(told.contains("--help"), "{told}");
    }
}

//! What is at the forge from the start.

use std::collections::BTreeMap;
use std::io;

use hmac::{Hmac, Mac as _};
use serde_json::{Value, json};
use sha2::Sha256;

use super::{Forge, REPOSITORY};
use crate::source::{
    Access, Happening, Header, Hint, KnownChange, KnownWebhook, SourceTarget, Trust, Webhook,
};

/// Open changes: more than two pages.
const OPEN: u64 = 23;
/// Branches without a change.
const IDLE: [&str; 4] = ["main", "release/1.x", "odd/a#b%2e?c&d", "moving"];
/// What means something in Markdown, HTML, a shell, a template, or to whoever reads from right to left.
const TITLE: &str = "<b>&amp; `x` ${build::web} $(id) \u{202e}../../ \"'\\ ü";

impl Forge {
    /// Puts everything there that rules look at.
    pub(super) fn fill(&mut self, webhook_key: &str) -> io::Result<SourceTarget> {
        let mut open: Vec<KnownChange> = (1..=OPEN).map(|number| self.known(number)).collect();
        let closed = self.known(OPEN + 1);
        for known in &open {
            if known.trust == Trust::Writer {
                self.branches
                    .insert(known.head_branch.clone(), vec![known.head_sha.clone()]);
            }
        }
        // Its branch is gone, as is usual.
        self.pulls.push(pull(&closed, "closed"));
        for known in open.iter().rev() {
            self.pulls.push(pull(known, "open"));
        }
        open.reverse();
        let mut branches: BTreeMap<String, String> = self
            .branches
            .iter()
            .filter_map(|(name, tips)| Some((name.clone(), tips.last()?.clone())))
            .collect();
        for name in IDLE {
            let tip = self.commit();
            self.branches.insert(name.to_owned(), vec![tip.clone()]);
            if name != "moving" {
                branches.insert(name.to_owned(), tip);
            }
        }
        for name in ["v1.0.0", "v1.1.0"] {
            let tip = self.commit();
            self.tags.insert(name.to_owned(), tip);
        }
        let permissions = [
            ("ada", Access::Admin),
            ("grace", Access::Write),
            ("linus", Access::Read),
        ];
        self.permissions = permissions
            .map(|(login, access)| (login.to_owned(), access))
            .into();
        let first = open.first().map_or(String::new(), |known| known.id.clone());
        Ok(SourceTarget {
            repository: REPOSITORY.to_owned(),
            open,
            closed,
            branches,
            tags: self.tags.clone(),
            permissions: self.permissions.clone(),
            moving: Some("moving".to_owned()),
            many: 25,
            webhook: Some(webhook(webhook_key, &first)?),
            hand: None,
        })
    }

    fn known(&mut self, number: u64) -> KnownChange {
        let one_of = |every: u64| number.is_multiple_of(every);
        let labels = [(2, "preview"), (5, "docs & more")];
        // From a fork, from one that is gone, and by a push that needs no permission.
        let fork = one_of(7).then(|| format!("fork-{number}/web"));
        let (gone, agit) = (number == 13, number == 11);
        let trust = if fork.is_some() || gone || agit {
            Trust::Anybody
        } else {
            Trust::Writer
        };
        KnownChange {
            id: number.to_string(),
            title: if one_of(3) {
                TITLE.to_owned()
            } else {
                format!("Change {number}")
            },
            url: format!("https://forge.test/{REPOSITORY}/pulls/{number}"),
            author: format!("author-{}", number % 4),
            head_branch: if agit {
                String::new()
            } else if one_of(2) {
                format!("feature/{number}")
            } else {
                format!("fix-{number}")
            },
            head_sha: self.commit(),
            head_ref: format!("refs/pull/{number}/head"),
            head_repository: fork,
            trust,
            base_branch: if one_of(4) { "release/1.x" } else { "main" }.to_owned(),
            labels: labels
                .iter()
                .filter(|(every, _)| one_of(*every))
                .map(|(_, label)| (*label).to_owned())
                .collect(),
            draft: one_of(6),
        }
    }
}

fn pull(known: &KnownChange, state: &str) -> Value {
    let own = format!("https://forge.test/{REPOSITORY}.git");
    let is_gone = known.trust == Trust::Anybody
        && known.head_repository.is_none()
        && !known.head_branch.is_empty();
    // Gitea says of a push to `refs/for/…` that it comes from the repository itself (services/convert/pull.go).
    let head = if known.head_branch.is_empty() {
        &known.head_ref
    } else {
        &known.head_branch
    };
    let full_name = known.head_repository.as_deref().unwrap_or(REPOSITORY);
    let repo = if is_gone {
        Value::Null
    } else {
        json!({ "full_name": full_name, "clone_url": format!("https://forge.test/{full_name}.git") })
    };
    let labels = known.labels.iter().map(|label| json!({ "name": label }));
    json!({
        "number": known.id.parse::<u64>().unwrap_or_default(),
        "title": known.title, "html_url": known.url, "state": state, "draft": known.draft,
        "user": { "login": known.author },
        "labels": labels.collect::<Vec<_>>(),
        "head": {
            "ref": head, "sha": known.head_sha, "repo": repo,
        },
        "base": {
            "ref": known.base_branch, "sha": known.head_sha,
            "repo": { "full_name": REPOSITORY, "clone_url": own },
        },
        "updated_at": "2026-01-02T03:04:05Z",
    })
}

fn webhook(key: &str, change: &str) -> io::Result<KnownWebhook> {
    let body = json!({
        "action": "synchronized", "number": change.parse::<u64>().unwrap_or_default(),
        "repository": { "full_name": REPOSITORY },
    });
    let star = json!({ "action": "created", "repository": { "full_name": REPOSITORY } });
    Ok(KnownWebhook {
        signed: signed(key, "pull_request", &body)?,
        signature: "x-gitea-signature".to_owned(),
        hint: Hint {
            delivery: "delivery-of-pull_request".to_owned(),
            repository: REPOSITORY.to_owned(),
            what: Happening::Change(change.to_owned()),
        },
        of_no_interest: signed(key, "star", &star)?,
    })
}

/// As Gitea signs: HMAC-SHA-256 of the body, in hexadecimal digits (<https://docs.gitea.com/usage/webhooks>).
fn signed(key: &str, event: &str, body: &Value) -> io::Result<Webhook> {
    let body = body.to_string().into_bytes();
    let mut mac = Hmac::<Sha256>::new_from_slice(key.as_bytes()).map_err(io::Error::other)?;
    mac.update(&body);
    let header = |name: &str, value: String| Header {
        name: name.to_owned(),
        value,
    };
    Ok(Webhook {
        headers: vec![
            header("content-type", "application/json".to_owned()),
            header("x-gitea-event", event.to_owned()),
            header("x-gitea-delivery", format!("delivery-of-{event}")),
            header(
                "x-gitea-signature",
                hex::encode(mac.finalize().into_bytes()),
            ),
        ],
        body,
    })
}

//! Somebody at the forge's own pages.

use maquette_host::kinds::source::Outcome;
use serde_json::Value;

use super::{LOGIN, SOMEBODY, Shared, locked};
use crate::source::{ForgeHand, KnownComment, KnownDeployment, KnownStatus};

pub(super) struct ByHand(pub(super) Shared);

impl ForgeHand for ByHand {
    fn push(&self, _: &str, branch: &str) -> Result<String, String> {
        let mut forge = locked(&self.0);
        let sha = forge.commit();
        let tips = forge.branches.get_mut(branch).ok_or("no such branch")?;
        tips.push(sha.clone());
        Ok(sha)
    }

    fn statuses(&self, _: &str, sha: &str) -> Result<Vec<KnownStatus>, String> {
        let forge = locked(&self.0);
        let mut all: Vec<KnownStatus> = Vec::new();
        // The newest of a name counts.
        for status in forge.statuses.get(sha).into_iter().flatten() {
            let known = KnownStatus {
                name: text(status, "context").unwrap_or_default(),
                outcome: outcome(status, "status")?,
                description: text(status, "description").unwrap_or_default(),
                url: text(status, "target_url"),
            };
            if all.iter().all(|newer| newer.name != known.name) {
                all.push(known);
            }
        }
        Ok(all)
    }

    fn deployments(&self, _: &str, sha: &str) -> Result<Vec<KnownDeployment>, String> {
        let forge = locked(&self.0);
        let of = forge.deployments.iter().filter(|it| it.sha == sha);
        of.map(|it| {
            let status = it.statuses.first().ok_or("it has no status")?;
            let active = text(status, "state").as_deref() != Some("inactive");
            Ok(KnownDeployment {
                environment: it.environment.clone(),
                active,
                outcome: active.then(|| outcome(status, "state")).transpose()?,
                url: text(status, "environment_url"),
                log_url: text(status, "log_url"),
            })
        })
        .collect()
    }

    fn comments(&self, _: &str, change: &str) -> Result<Vec<KnownComment>, String> {
        let forge = locked(&self.0);
        let all = forge.comments.iter();
        let of = all.filter(|comment| comment.pull.to_string() == change);
        let known = of.map(|comment| KnownComment {
            id: comment.id.to_string(),
            ours: comment.author == LOGIN,
            body: comment.body.clone(),
        });
        Ok(known.collect())
    }

    fn comment(&self, _: &str, change: &str, body: &str) -> Result<(), String> {
        let pull = change.parse().map_err(|_| "no such change")?;
        locked(&self.0).say(pull, SOMEBODY, body.to_owned());
        Ok(())
    }
}

fn text(status: &Value, field: &str) -> Option<String> {
    status.get(field)?.as_str().map(str::to_owned)
}

/// The words of both interfaces.
fn outcome(status: &Value, field: &str) -> Result<Outcome, String> {
    match text(status, field).as_deref() {
        Some("pending" | "queued") => Ok(Outcome::Pending),
        Some("in_progress") => Ok(Outcome::Running),
        Some("success") => Ok(Outcome::Success),
        Some("failure") => Ok(Outcome::Failure),
        Some("error") => Ok(Outcome::Error),
        Some("warning") => Ok(Outcome::Cancelled),
        other => Err(format!("the forge has no state {other:?}")),
    }
}

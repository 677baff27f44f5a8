use maquette_host::PluginError;
use serde::Serialize;

use super::Answer;

/// What became of one change.
#[derive(Debug, Serialize)]
#[serde(rename_all = "lowercase")]
enum Outcome {
    Etag(String),
    Error(Refusal),
}

#[derive(Debug, Serialize)]
struct Refusal {
    /// The case of `error` in `wit/plugin/types.wit`.
    kind: &'static str,
    message: String,
}

/// The outcomes of a batch.
pub(super) fn of(outcomes: Vec<Result<String, PluginError>>) -> anyhow::Result<Answer> {
    let refused = outcomes.iter().filter(|outcome| outcome.is_err()).count();
    let shown = outcomes.into_iter().map(|outcome| match outcome {
        Ok(etag) => Outcome::Etag(etag),
        Err(error) => Outcome::Error(Refusal {
            kind: kind(&error),
            message: error.to_string(),
        }),
    });
    Ok(Answer {
        json: serde_json::to_value(shown.collect::<Vec<_>>())?,
        refused,
    })
}

fn kind(error: &PluginError) -> &'static str {
    match error {
        PluginError::Invalid { .. } => "invalid",
        PluginError::Unauthorized(_) => "unauthorized",
        PluginError::Forbidden(_) => "forbidden",
        PluginError::NotFound(_) => "not-found",
        PluginError::Conflict(_) => "conflict",
        PluginError::Quota(_) => "quota",
        PluginError::RateLimited(_) => "rate-limited",
        PluginError::Transient { .. } => "transient",
        PluginError::Unsupported(_) => "unsupported",
        PluginError::Other(_) => "other",
    }
}

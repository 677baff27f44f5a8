//! What runs, or why nothing does; and what became of the version that is offered.

use super::{
    Observed,
    asks::host_text,
    decide::{Step, decide, still_wanted},
    install::Problem,
    verify::VerifyError,
};
use crate::{controllers::outside::waits, engine::Report, registries::RegistryError};
use jiff::Timestamp;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::Time;
use maquette_api::{
    Plugin, PluginStatus,
    condition::{self, Verdict},
    plugin::{HistoryEntry, Pending},
    reason,
};
use maquette_host::{InstallError, Installed, PullError, TrustError};

/// How many versions the history keeps.
const HISTORY: usize = 10;

/// Whether trying again helps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    Passing,
    Permanent,
}

/// What the condition `UpToDate` says.
pub(super) struct UpToDate {
    pub(super) holds: bool,
    pub(super) reason: &'static str,
    pub(super) message: String,
}

pub(super) fn status(plugin: &Plugin, observed: &Observed, now: Timestamp) -> Report<PluginStatus> {
    let mut status = plugin.status.clone().unwrap_or_default();
    let step = decide(plugin, observed);
    let verdict = verdict(plugin, observed, &step);
    let news = up_to_date(plugin, observed, &step);
    status.pending = None;
    match &step {
        Step::Take(installed) => {
            describe(&mut status, plugin, observed, installed);
            remember(&mut status.history, installed, now);
        }
        Step::Stay(installed) => {
            describe(&mut status, plugin, observed, installed);
            if status.history.is_empty() {
                remember(&mut status.history, installed, now);
            }
        }
        Step::Wait(installed, waiting) => {
            status.pending = Some(Pending {
                digest: installed.digest.to_string(),
                version: installed.manifest.version.clone(),
                asks_for: waiting.asks_for(),
                signed_by: installed.signed_by.clone(),
            });
        }
        Step::Replayed(..) | Step::Failed(_) => {}
    }
    let generation = plugin.metadata.generation;
    status.observed_generation = generation;
    let mut conditions = verdict.conditions(&status.conditions, generation, now);
    conditions.push(condition::condition(
        &status.conditions,
        condition::UP_TO_DATE,
        news.holds,
        news.reason,
        &news.message,
        generation,
        now,
    ));
    status.conditions = conditions;
    Report { status, verdict }
}

fn describe(
    status: &mut PluginStatus,
    plugin: &Plugin,
    observed: &Observed,
    installed: &Installed,
) {
    let manifest = &installed.manifest;
    status.digest = Some(installed.digest.to_string());
    status.image = Some(plugin.spec.image.clone());
    status.pulled_from.clone_from(&observed.pulled_from);
    status.version = Some(manifest.version.clone());
    status.signed_by.clone_from(&installed.signed_by);
    status.interfaces.clone_from(&installed.interfaces);
    status.hosts = manifest.hosts.iter().map(host_text).collect();
    let credentials = manifest.credentials.iter();
    status.credentials = credentials.map(|c| c.name.clone()).collect();
}

/// The version runs from now on; each digest stands in the history once.
fn remember(history: &mut Vec<HistoryEntry>, installed: &Installed, now: Timestamp) {
    let digest = installed.digest.to_string();
    history.retain(|entry| entry.digest != digest);
    let entry = HistoryEntry {
        digest,
        version: installed.manifest.version.clone(),
        // The API stores whole seconds.
        since: Time(Timestamp::from_second(now.as_second()).unwrap_or(now)),
    };
    history.insert(0, entry);
    history.truncate(HISTORY);
}

fn verdict(plugin: &Plugin, observed: &Observed, step: &Step) -> Verdict {
    if plugin.metadata.deletion_timestamp.is_some()
        && let [first, rest @ ..] = observed.used_by.as_slice()
    {
        let others = match rest.len() {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        return Verdict::progressing(
            reason::TERMINATING,
            format!("still used by Provider {first}{others}; delete it, or set its spec.plugin"),
        );
    }
    let verdict = version_verdict(plugin, observed, step);
    if verdict.reason == reason::CREDENTIAL_MISSING {
        let conditions = plugin.status.as_ref().map(|status| &status.conditions[..]);
        return waits(conditions.unwrap_or_default(), verdict, &observed.recalled);
    }
    verdict
}

fn version_verdict(plugin: &Plugin, observed: &Observed, step: &Step) -> Verdict {
    match step {
        Step::Take(installed) => ready(installed),
        Step::Replayed(..) if observed.running.is_none() => {
            let news = up_to_date(plugin, observed, step);
            Verdict::stalled(news.reason, news.message)
        }
        Step::Failed(problem) if !goes_on(plugin, observed) => trouble(problem),
        _ => match &observed.running {
            Some(Ok(running)) => ready(running),
            Some(Err(problem)) => trouble(problem),
            None => Verdict::progressing(reason::PROGRESSING, "being installed"),
        },
    }
}

/// Whether what runs is what the spec stands for, as far as can be known without the registry.
fn goes_on(plugin: &Plugin, observed: &Observed) -> bool {
    let wanted = |status| still_wanted(plugin, status);
    observed.running.is_some() && plugin.status.as_ref().is_some_and(wanted)
}

fn ready(installed: &Installed) -> Verdict {
    let manifest = &installed.manifest;
    Verdict::ready(format!(
        "{} {} is installed",
        manifest.name, manifest.version
    ))
}

fn trouble(problem: &Problem) -> Verdict {
    match fault(problem) {
        (Fault::Passing, reason) => Verdict::failing(reason, problem.to_string()),
        (Fault::Permanent, reason) => Verdict::stalled(reason, problem.to_string()),
    }
}

pub(super) fn up_to_date(plugin: &Plugin, observed: &Observed, step: &Step) -> UpToDate {
    let not = |reason, message| UpToDate {
        holds: false,
        reason,
        message,
    };
    match step {
        Step::Take(installed) | Step::Stay(installed) => {
            let version = &installed.manifest.version;
            if plugin.spec.rollback_to.is_some() {
                let message = format!(
                    "{version} runs because of `spec.rollbackTo`; remove it to follow `spec.version` again"
                );
                return not(reason::ROLLED_BACK, message);
            }
            if matches!(step, Step::Stay(_))
                && let Some(Err(problem)) = &observed.running
            {
                return not(fault(problem).1, problem.to_string());
            }
            UpToDate {
                holds: true,
                reason: reason::UP_TO_DATE,
                message: format!("{version} is what the spec stands for"),
            }
        }
        Step::Wait(installed, waiting) => not(
            reason::APPROVAL_REQUIRED,
            waiting.message(&installed.manifest.version, &installed.digest),
        ),
        Step::Replayed(installed, replay) => not(
            reason::VERSION_REPLAYED,
            replay.message(&installed.manifest.version, &installed.digest),
        ),
        Step::Failed(problem) => not(fault(problem).1, problem.to_string()),
    }
}

impl Problem {
    /// Whether the user has to change something, however long is waited.
    pub(in crate::controllers) fn is_permanent(&self) -> bool {
        let (fault, why) = fault(self);
        fault == Fault::Permanent && why != reason::CREDENTIAL_MISSING
    }
}

/// Whether trying again helps, and the reason.
pub(super) fn fault(problem: &Problem) -> (Fault, &'static str) {
    use Fault::Permanent;
    match problem {
        Problem::Reference(_)
        | Problem::NotInHistory(_)
        | Problem::Registry(RegistryError::Rewrite { .. }) => (Permanent, reason::INVALID_SPEC),
        Problem::Registry(RegistryError::NotListed(_)) => (Permanent, reason::REGISTRY_NOT_TRUSTED),
        Problem::SecretMissing { .. } => (Permanent, reason::CREDENTIAL_MISSING),
        Problem::Verify(verify) => match **verify {
            VerifyError::KeyMissing { .. } => (Permanent, reason::CREDENTIAL_MISSING),
            _ => (Permanent, reason::INVALID_SPEC),
        },
        Problem::Install(install) => install_fault(install),
    }
}

fn install_fault(error: &InstallError) -> (Fault, &'static str) {
    use Fault::{Passing, Permanent};
    match error {
        InstallError::Pull(pull) => match pull {
            PullError::NotFound { .. } | PullError::NoVersion { .. } => {
                (Passing, reason::PLUGIN_NOT_FOUND)
            }
            PullError::Unauthorized { .. } => (Passing, reason::REGISTRY_UNAUTHORIZED),
            PullError::Unreachable { .. }
            | PullError::Timeout { .. }
            | PullError::Refused { .. } => (Passing, reason::REGISTRY_UNAVAILABLE),
            _ => (Permanent, reason::PLUGIN_REFUSED),
        },
        InstallError::Trust(TrustError::Unsigned { .. }) => (Permanent, reason::SIGNATURE_MISSING),
        InstallError::Trust(_) => (Permanent, reason::SIGNATURE_INVALID),
        InstallError::Cache(_) => (Passing, reason::PLUGIN_FAILED),
        _ => (Permanent, reason::PLUGIN_REFUSED),
    }
}

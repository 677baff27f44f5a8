//! What is installed, or why nothing is.

use super::{Observed, observe::Problem};
use crate::engine::Report;
use jiff::Timestamp;
use maquette_api::{Plugin, PluginStatus, condition::Verdict, reason};
use maquette_host::{InstallError, PullError, manifest::Host};

/// Whether trying again helps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    Passing,
    Permanent,
}

pub(super) fn status(plugin: &Plugin, observed: &Observed, now: Timestamp) -> Report<PluginStatus> {
    let mut status = plugin.status.clone().unwrap_or_default();
    let verdict = match &observed.installed {
        Ok(installed) => {
            status.digest = Some(installed.digest.to_string());
            status.version = Some(installed.manifest.version.clone());
            status.interfaces.clone_from(&installed.interfaces);
            status.hosts = installed.manifest.hosts.iter().map(host_text).collect();
            status.credentials = installed
                .manifest
                .credentials
                .iter()
                .map(|c| c.name.clone())
                .collect();
            Verdict::ready(format!(
                "{} {} is installed",
                installed.manifest.name, installed.manifest.version
            ))
        }
        Err(problem) => {
            if status.observed_generation != plugin.metadata.generation {
                status = PluginStatus {
                    conditions: status.conditions,
                    ..PluginStatus::default()
                };
            }
            match fault(problem) {
                (Fault::Passing, reason) => Verdict::failing(reason, problem.to_string()),
                (Fault::Permanent, reason) => Verdict::stalled(reason, problem.to_string()),
            }
        }
    };
    status.observed_generation = plugin.metadata.generation;
    status.conditions = verdict.conditions(&status.conditions, plugin.metadata.generation, now);
    Report { status, verdict }
}

fn host_text(host: &Host) -> String {
    match host {
        Host::Fixed(origin) => origin.clone(),
        Host::FromConfig(pointer) => format!("config:{pointer}"),
    }
}

/// Whether trying again helps, and the reason.
pub(super) fn fault(problem: &Problem) -> (Fault, &'static str) {
    use Fault::{Passing, Permanent};
    let Problem::Install(install) = problem else {
        return match problem {
            Problem::SecretMissing { .. } => (Permanent, reason::CREDENTIAL_MISSING),
            _ => (Permanent, reason::INVALID_SPEC),
        };
    };
    match install {
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
        InstallError::Cache(_) => (Passing, reason::PLUGIN_FAILED),
        _ => (Permanent, reason::PLUGIN_REFUSED),
    }
}

//! Whether the version that is offered is taken. Pure.

use super::{Observed, asks::Asks, install::Problem};
use maquette_api::{Plugin, PluginStatus, plugin::Approval};
use maquette_host::{Digest, Installed, Tag, Version};
use semver::Version as Semver;
use std::cmp::Ordering;

/// What becomes of the offered version.
#[derive(Debug)]
pub(super) enum Step<'a> {
    /// It runs from now on.
    Take(&'a Installed),
    /// It is what runs.
    Stay(&'a Installed),
    /// It waits for approval.
    Wait(&'a Installed, Waiting),
    /// It is not what it is offered as.
    Replayed(&'a Installed, Replay),
    /// There is none.
    Failed(&'a Problem),
}

/// Why a version waits for approval.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Waiting {
    /// It asks for more.
    AsksForMore(Vec<String>),
    /// It is other code under the version that runs.
    OtherCode,
    /// Every version does.
    Manual,
}

/// What is wrong with a version.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Replay {
    /// It is older than this one, which runs.
    Older(String),
    /// Its tag is this other version.
    OtherTag(String),
}

pub(super) fn decide<'a>(plugin: &Plugin, observed: &'a Observed) -> Step<'a> {
    let offered = match &observed.offered {
        Ok(offered) => offered,
        Err(problem) => return Step::Failed(problem),
    };
    let spec = &plugin.spec;
    let status = plugin.status.as_ref();
    let Some((status, digest)) = status.and_then(|s| Some((s, s.digest.as_deref()?))) else {
        return misnamed(offered).map_or(Step::Take(offered), |tag| {
            Step::Replayed(offered, Replay::OtherTag(tag))
        });
    };
    let digest_offered = offered.digest.to_string();
    if digest_offered == digest {
        return Step::Stay(offered);
    }
    // Whoever names a digest has decided.
    if spec.rollback_to.is_some() || spec.digest.is_some() {
        return Step::Take(offered);
    }
    if let Some(tag) = misnamed(offered) {
        return Step::Replayed(offered, Replay::OtherTag(tag));
    }
    let wanted = still_wanted(plugin, status);
    let order = order(offered, status);
    if wanted && order == Some(Ordering::Less) {
        let running = status.version.clone().unwrap_or_default();
        return Step::Replayed(offered, Replay::Older(running));
    }
    if spec.approved_digest.as_ref() == Some(&digest_offered) {
        return Step::Take(offered);
    }
    let before = match &observed.running {
        Some(Ok(running)) => Asks::of(running),
        _ => Asks::of_status(status),
    };
    let mut more = Asks::of(offered).more_than(&before);
    more.extend(observed.unfit.iter().cloned());
    if !more.is_empty() {
        Step::Wait(offered, Waiting::AsksForMore(more))
    } else if wanted && order == Some(Ordering::Equal) {
        Step::Wait(offered, Waiting::OtherCode)
    } else if wanted && spec.approval == Some(Approval::Manual) {
        Step::Wait(offered, Waiting::Manual)
    } else {
        Step::Take(offered)
    }
}

/// Whether what runs satisfies the spec. Where it does not, somebody changed the spec and asked for something else.
pub(super) fn still_wanted(plugin: &Plugin, status: &PluginStatus) -> bool {
    let spec = &plugin.spec;
    if status
        .image
        .as_ref()
        .is_some_and(|image| *image != spec.image)
    {
        return false;
    }
    let named = spec.rollback_to.as_ref().or(spec.digest.as_ref());
    if named.is_some() {
        return named == status.digest.as_ref();
    }
    let text = spec.version.as_deref().unwrap_or_default();
    let running = status.version.as_deref().and_then(semver);
    match (text.parse(), running) {
        (Ok(Version::Range(range)), Some(running)) => range.matches(&running),
        (Ok(Version::Tag(tag)), Some(running)) => tag
            .version()
            .is_none_or(|wanted| wanted.cmp_precedence(&running) == Ordering::Equal),
        _ => true,
    }
}

/// How the offered version compares to the one that runs.
fn order(offered: &Installed, status: &PluginStatus) -> Option<Ordering> {
    let offered = semver(&offered.manifest.version)?;
    Some(offered.cmp_precedence(&semver(status.version.as_deref()?)?))
}

/// The tag, where it is another version than the plugin says of itself.
fn misnamed(offered: &Installed) -> Option<String> {
    let tag = offered.version.parse::<Tag>().ok()?.version()?;
    let own = semver(&offered.manifest.version)?;
    (tag.cmp_precedence(&own) != Ordering::Equal).then(|| offered.version.clone())
}

fn semver(text: &str) -> Option<Semver> {
    Semver::parse(text).ok()
}

impl Waiting {
    /// What it asks for that the running version does not.
    pub(super) fn asks_for(&self) -> Vec<String> {
        match self {
            Self::AsksForMore(more) => more.clone(),
            Self::OtherCode | Self::Manual => Vec::new(),
        }
    }

    /// Why it waits, and how it is taken.
    pub(super) fn message(&self, version: &str, digest: &Digest) -> String {
        let why = match self {
            Self::AsksForMore(more) => format!("it asks for {}", more.join(", ")),
            Self::OtherCode => "it is other code under the version that runs".to_owned(),
            Self::Manual => "`spec.approval` is Manual".to_owned(),
        };
        format!(
            "{version} ({digest}) waits for approval: {why}; to take it set `spec.approvedDigest` to this digest"
        )
    }
}

impl Replay {
    /// What is wrong, and what to do.
    pub(super) fn message(&self, version: &str, digest: &Digest) -> String {
        match self {
            Self::Older(running) => format!(
                "the registry offers version {version} ({digest}), which is older than {running}, which runs; an older version is taken only when you ask for it: set `spec.rollbackTo` to a digest of status.history, or name the version in `spec.version` or `spec.digest`"
            ),
            Self::OtherTag(tag) => format!(
                "the tag {tag} holds version {version} ({digest}); ask who publishes the plugin, or name the digest in `spec.digest` if it is right"
            ),
        }
    }
}

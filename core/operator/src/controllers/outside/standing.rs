//! Whose a thing is, and whether it exists. Pure.

use super::Recalled;
use crate::providers::LaneError;
use maquette_host::PluginError;
use std::collections::BTreeMap;

/// Annotation that lets an object be deleted whose provider cannot be used any more. The thing there is left behind.
pub(in crate::controllers) const ABANDON_ANNOTATION: &str = "maquette.dev/abandon";

/// A thing that was seen at its provider: its owner, where it has an ownership record.
#[derive(Clone, Copy, Debug)]
pub(in crate::controllers) struct Seen<'a>(pub(in crate::controllers) Option<&'a str>);

/// What is known of a thing that may exist.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::controllers) enum Standing<'a> {
    /// It exists and is this object's.
    Ours,
    /// It exists and has another owner, or none that is known.
    Foreign(Option<&'a str>),
    /// It does not exist, and no call that was made can still create it.
    Absent,
    /// It was not seen, and may be created by a call whose outcome is unknown.
    Open,
    /// The provider was not asked, or did not answer.
    Unknown,
}

/// What is known of a thing. `seen` is the answer of the provider, where it was asked; `is_intended` says that it was
/// never seen to exist.
pub(in crate::controllers) fn standing<'a>(
    seen: Option<Result<Option<Seen<'a>>, &LaneError>>,
    own: &str,
    is_intended: bool,
    recalled: &Recalled,
) -> Standing<'a> {
    match seen {
        // The entry was written, and then no call was made.
        _ if is_intended && recalled.never_asked => Standing::Absent,
        Some(Ok(Some(Seen(Some(owner))))) if owner == own => Standing::Ours,
        Some(Ok(Some(Seen(owner)))) => Standing::Foreign(owner),
        Some(Ok(None)) if recalled.open_for.is_some() => Standing::Open,
        Some(Ok(None)) => Standing::Absent,
        // Where the place does not exist, nothing can have been created in it.
        Some(Err(error)) if is_intended && error.is_not_found() => Standing::Absent,
        Some(Err(_)) | None => Standing::Unknown,
    }
}

/// The other owner, where the provider says in its error that the thing has one.
pub(in crate::controllers) fn conflict_owner<'a>(
    error: &'a LaneError,
    own: &str,
) -> Option<&'a str> {
    match error.plugin() {
        Some(PluginError::Conflict(Some(other))) if other != own => Some(other),
        _ => None,
    }
}

/// Whether the thing may be left behind: the user wishes it, and the provider cannot be used to remove it.
pub(in crate::controllers) fn is_abandoned(
    annotations: Option<&BTreeMap<String, String>>,
    is_usable: bool,
) -> bool {
    let wished = annotations
        .and_then(|annotations| annotations.get(ABANDON_ANNOTATION))
        .is_some_and(|value| value == "true");
    wished && !is_usable
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    const OWN: &str = "maquette/uid/shop/web";

    #[test]
    fn absence_counts_only_where_nothing_can_still_create_the_thing() {
        let zone = LaneError::Refused(PluginError::NotFound("zone".into()));
        let open = Recalled {
            open_for: Some(Duration::from_secs(9)),
            ..Recalled::default()
        };
        let never = Recalled {
            never_asked: true,
            ..Recalled::default()
        };
        let plain = Recalled::default();
        for (seen, intended, recalled, expected) in [
            (Some(Ok(None)), true, &plain, Standing::Absent),
            (Some(Ok(None)), true, &open, Standing::Open),
            (Some(Ok(None)), false, &open, Standing::Open),
            (Some(Err(&zone)), true, &plain, Standing::Absent),
            // A credential that lost its zone gets the same answer.
            (Some(Err(&zone)), false, &plain, Standing::Unknown),
            (Some(Err(&LaneError::Full)), true, &plain, Standing::Unknown),
            (None, true, &never, Standing::Absent),
            (None, false, &never, Standing::Unknown),
            (
                Some(Ok(Some(Seen(Some(OWN))))),
                true,
                &plain,
                Standing::Ours,
            ),
            (
                Some(Ok(Some(Seen(None)))),
                true,
                &open,
                Standing::Foreign(None),
            ),
        ] {
            assert_eq!(
                standing(seen, OWN, intended, recalled),
                expected,
                "{seen:?}"
            );
        }
    }

    #[test]
    fn a_thing_is_left_behind_only_where_the_provider_cannot_be_used() {
        let wish = BTreeMap::from([(ABANDON_ANNOTATION.to_owned(), "true".to_owned())]);
        assert!(is_abandoned(Some(&wish), false));
        assert!(!is_abandoned(Some(&wish), true));
        assert!(!is_abandoned(None, false));
    }
}

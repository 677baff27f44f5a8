//! What a server's codes mean. Pure.

use maquette_sdk::dns::Name;
use maquette_sdk::dns::message::Rcode;
use maquette_sdk::{Error, Result};

/// What came of an update.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Sent {
    /// All of it was done.
    Done,
    /// A prerequisite did not hold: somebody else wrote since. Nothing was done.
    Lost,
    /// Nothing was done, because of at least one of the records.
    Refused(Error),
    /// Nothing was done, or, where the error passes, it is open.
    Failed(Error),
}

/// What the answer to an update says (RFC 2136, sections 2.2 and 3).
pub(crate) fn updated(zone: &Name, rcode: Rcode) -> Sent {
    match rcode {
        Rcode::NoError => Sent::Done,
        Rcode::YxDomain | Rcode::YxRrset | Rcode::NxRrset | Rcode::NxDomain => Sent::Lost,
        Rcode::Refused => Sent::Refused(Error::Forbidden(format!(
            "the server does not let the key update this in the zone `{zone}`; allow it in `update-policy` or \
             `allow-update` (BIND) or in an `acl` with `action: update` (Knot DNS), for the records and their marks (`_mq-…`)"
        ))),
        Rcode::NotZone => Sent::Refused(Error::invalid(
            "zone",
            format!("the server has a name of this change in another zone than `{zone}`"),
        )),
        Rcode::FormErr => Sent::Refused(Error::Other(format!(
            "the server cannot read the update of the zone `{zone}` (FORMERR)"
        ))),
        other => Sent::Failed(failed(zone, other)),
    }
}

/// Whether a transfer or a query was answered.
///
/// # Errors
/// What the code means.
pub(crate) fn answered(zone: &Name, rcode: Rcode) -> Result<()> {
    match rcode {
        Rcode::NoError => Ok(()),
        Rcode::Refused => Err(Error::Forbidden(format!(
            "the server does not let the key read the zone `{zone}`, or does not have it; allow it in `allow-transfer` and `allow-query` (BIND) \
             or in an `acl` with `action: transfer` (Knot DNS)"
        ))),
        other => Err(failed(zone, other)),
    }
}

fn failed(zone: &Name, rcode: Rcode) -> Error {
    match rcode {
        Rcode::NotAuth | Rcode::NxDomain => no_zone(zone),
        Rcode::NotImp => Error::Unsupported(format!(
            "the server of the zone `{zone}` does not do this (NOTIMP)"
        )),
        Rcode::ServFail => Error::transient(format!(
            "the server failed at the zone `{zone}` (SERVFAIL); its log says why"
        )),
        other => Error::Other(format!(
            "the server answers {other:?} for the zone `{zone}`"
        )),
    }
}

pub(crate) fn no_zone(zone: &Name) -> Error {
    Error::NotFound(format!(
        "the zone `{zone}` is not on this server, or the server is not its primary"
    ))
}

#[cfg(test)]
mod tests {
    use maquette_sdk::Error;
    use maquette_sdk::dns::message::Rcode;

    use super::{Sent, answered, updated};

    #[test]
    fn every_code_of_an_update_has_its_meaning() {
        let zone = "preview.test".parse().unwrap();
        let sent = |code| updated(&zone, code);
        assert_eq!(sent(Rcode::NoError), Sent::Done);
        for code in [
            Rcode::YxDomain,
            Rcode::YxRrset,
            Rcode::NxRrset,
            Rcode::NxDomain,
        ] {
            assert_eq!(sent(code), Sent::Lost, "{code:?}");
        }
        assert!(matches!(
            sent(Rcode::Refused),
            Sent::Refused(Error::Forbidden(_))
        ));
        assert!(matches!(
            sent(Rcode::NotZone),
            Sent::Refused(Error::Invalid(_))
        ));
        assert!(matches!(
            sent(Rcode::FormErr),
            Sent::Refused(Error::Other(_))
        ));
        assert!(matches!(
            sent(Rcode::NotAuth),
            Sent::Failed(Error::NotFound(_))
        ));
        assert!(matches!(
            sent(Rcode::NotImp),
            Sent::Failed(Error::Unsupported(_))
        ));
        assert!(matches!(
            sent(Rcode::ServFail),
            Sent::Failed(Error::Transient(_))
        ));
        assert!(matches!(
            sent(Rcode::Other(22)),
            Sent::Failed(Error::Other(_))
        ));
        assert!(matches!(
            answered(&zone, Rcode::Refused),
            Err(Error::Forbidden(_))
        ));
        assert!(matches!(
            answered(&zone, Rcode::NotAuth),
            Err(Error::NotFound(_))
        ));
    }
}

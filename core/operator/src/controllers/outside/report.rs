//! Conditions of an object whose thing is at a provider. Pure.

use super::Recalled;
use jiff::Timestamp;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::Condition;
use maquette_api::{
    condition::{self, READY, VERIFIED, Verdict},
    reason,
};

/// What is reported of an object.
#[derive(Clone, Debug)]
pub(in crate::controllers) struct Said {
    /// How the object is.
    pub(in crate::controllers) verdict: Verdict,
    /// Its conditions.
    pub(in crate::controllers) conditions: Vec<Condition>,
}

/// What the last report said, where it is about the current generation.
#[derive(Clone, Copy, Debug)]
pub(in crate::controllers) struct Before<'a> {
    /// The last conditions.
    pub(in crate::controllers) conditions: &'a [Condition],
    /// The generation that they are about.
    pub(in crate::controllers) observed: Option<i64>,
    /// The generation of the object.
    pub(in crate::controllers) generation: Option<i64>,
}

/// The conditions. `trouble` says that the provider cannot be used or gave no answer, so that the verdict is not about the
/// thing itself: one that was right stays Ready, and is not verified.
pub(in crate::controllers) fn said(
    before: Before<'_>,
    verdict: Verdict,
    trouble: bool,
    recalled: &Recalled,
    now: Timestamp,
) -> Said {
    let current = before.observed == before.generation;
    let ready = condition::find(before.conditions, READY).filter(|_| current);
    let (verdict, verified) = match ready.filter(|ready| trouble && ready.status == "True") {
        Some(ready) => {
            let stays = Verdict::ready(ready.message.clone());
            let known = condition::find(before.conditions, VERIFIED).cloned();
            // A short trouble is not reported: with it, every object of the provider would be written.
            let verified = known.filter(|known| !recalled.grace_over && known.status == "True");
            (stays, verified.ok_or(verdict))
        }
        None => (verdict.clone(), Err(verdict)),
    };
    let mut conditions = verdict.conditions(before.conditions, before.generation, now);
    conditions.push(verified.unwrap_or_else(|said| {
        let holds = said.outcome == condition::Outcome::Ready;
        condition::condition(
            before.conditions,
            VERIFIED,
            holds,
            said.reason,
            &said.message,
            before.generation,
            now,
        )
    }));
    Said {
        verdict,
        conditions,
    }
}

/// The verdict where something that the object needs does not exist or is not Ready: it may be created a moment later. So
/// this is progress at first, unless it was reported already.
pub(in crate::controllers) fn waits(
    conditions: &[Condition],
    verdict: Verdict,
    recalled: &Recalled,
) -> Verdict {
    let known = condition::find(conditions, READY)
        .is_some_and(|ready| ready.status != "True" && ready.reason == verdict.reason);
    if recalled.grace_over || known {
        verdict
    } else {
        Verdict::progressing(reason::PROGRESSING, verdict.message)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use maquette_api::condition::Outcome;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn recalled(grace_over: bool) -> Recalled {
        Recalled {
            grace_over,
            ..Recalled::default()
        }
    }

    fn trouble() -> Verdict {
        Verdict::stalled(reason::PROVIDER_NOT_READY, "the Secret does not exist")
    }

    fn say(before: &[Condition], verdict: Verdict, trouble: bool, grace_over: bool) -> Said {
        let before = Before {
            conditions: before,
            observed: Some(1),
            generation: Some(1),
        };
        said(before, verdict, trouble, &recalled(grace_over), at(20))
    }

    #[test]
    fn what_was_right_stays_ready_and_a_short_trouble_writes_nothing() {
        let right = say(&[], Verdict::ready("kept"), false, false).conditions;
        let short = say(&right, trouble(), true, false);
        assert_eq!(short.conditions, right);
        let long = say(&right, trouble(), true, true);
        assert_eq!(long.verdict, Verdict::ready("kept"));
        let verified = condition::find(&long.conditions, VERIFIED).unwrap();
        assert_eq!(
            (verified.status.as_str(), verified.message.as_str()),
            ("False", "the Secret does not exist")
        );
        // The next trouble is not told again and again.
        let again = say(&long.conditions, trouble(), true, true);
        assert_eq!(again.conditions, long.conditions);
        let over = say(&long.conditions, Verdict::ready("kept"), false, false);
        assert!(condition::holds(&over.conditions, VERIFIED));
    }

    #[test]
    fn what_was_not_right_or_has_a_new_spec_is_told_at_once() {
        let wrong = say(&[], trouble(), true, false);
        assert_eq!(wrong.verdict.outcome, Outcome::Stalled);
        let right = say(&[], Verdict::ready("kept"), false, false).conditions;
        let changed = Before {
            conditions: &right,
            observed: Some(1),
            generation: Some(2),
        };
        let said = said(changed, trouble(), true, &recalled(false), at(20));
        assert_eq!(said.verdict.outcome, Outcome::Stalled);
    }

    #[test]
    fn what_an_object_waits_for_is_progress_at_first() {
        let first = waits(&[], trouble(), &recalled(false));
        assert_eq!(first.outcome, Outcome::Progressing);
        let later = waits(&[], trouble(), &recalled(true));
        assert_eq!(later, trouble());
        // After a restart of the operator, the grace does not begin again.
        let told = later.conditions(&[], Some(1), at(1));
        assert_eq!(waits(&told, trouble(), &recalled(false)), trouble());
    }
}

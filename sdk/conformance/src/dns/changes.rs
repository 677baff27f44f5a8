//! Creating, replacing and deleting one record set.

use maquette_host::PluginError;

use super::bench::{Bench, create, delete, replace, told};
use crate::RecordType;
use crate::suite::{Outcome, keep};

/// A created record set is observed with its records, its owner, and the etag that `apply` returned.
pub(super) async fn what_is_created_is_there_with_its_owner_and_etag(bench: &Bench) -> Outcome {
    let (name, ours) = (bench.name("a"), bench.ours());
    let records = bench.a(&name, "192.0.2.1");
    let outcome = bench.change(create(records.clone(), &ours)).await?;
    let found = bench.there(&name, RecordType::A).await?;
    keep!(
        found.records == records,
        "created {records:?}, observed {:?}",
        found.records
    );
    keep!(
        found.owner.as_ref() == Some(&ours),
        "created for {ours}, observed as owned by {:?}",
        found.owner
    );
    keep!(
        outcome.as_ref() == Ok(&found.etag),
        "apply returned {}, observe the etag `{}`",
        told(&outcome),
        found.etag
    );
    keep!(!found.etag.is_empty(), "the etag is empty");
    Ok(())
}

/// The second of two equal creations succeeds and sends nothing that changes anything.
pub(super) async fn creating_the_same_twice_writes_once(bench: &Bench) -> Outcome {
    let (name, ours) = (bench.name("a"), bench.ours());
    let records = bench.a(&name, "192.0.2.1");
    let before = bench.given(records.clone(), &ours).await?;
    let fronted = bench.place.fronted()?.dns()?;
    bench.place.script.set(|_| crate::faults::Action::Forward);
    let outcome = bench.change_by(&fronted, create(records, &ours)).await?;
    keep!(
        outcome.is_ok(),
        "the second creation returned {}",
        told(&outcome)
    );
    let writes = bench.place.writes();
    keep!(
        writes == 0,
        "the second creation sent {writes} writes: {:?}",
        bench.place.script.seen()
    );
    let after = bench.there(&name, RecordType::A).await?;
    keep!(
        after == before,
        "the second creation changed {before:?} to {after:?}"
    );
    Ok(())
}

/// Creating is a compare-and-set: what is there already, even by the same owner, stays as it is.
pub(super) async fn creating_over_ones_own_is_a_conflict(bench: &Bench) -> Outcome {
    let (name, ours) = (bench.name("a"), bench.ours());
    let before = bench.given(bench.a(&name, "192.0.2.1"), &ours).await?;
    let outcome = bench
        .change(create(bench.a(&name, "192.0.2.2"), &ours))
        .await?;
    keep!(
        matches!(outcome, Err(PluginError::Conflict(_))),
        "creating other records over one's own returned {}",
        told(&outcome)
    );
    let after = bench.there(&name, RecordType::A).await?;
    keep!(after == before, "it changed {before:?} to {after:?}");
    Ok(())
}

/// With the etag that was observed, the records change and the owner stays.
pub(super) async fn replacing_with_the_current_etag_changes_the_records(bench: &Bench) -> Outcome {
    let (name, ours) = (bench.name("a"), bench.ours());
    let before = bench.given(bench.a(&name, "192.0.2.1"), &ours).await?;
    let wanted = bench.a(&name, "192.0.2.2");
    let outcome = bench
        .change(replace(wanted.clone(), &ours, &before.etag))
        .await?;
    keep!(outcome.is_ok(), "replacing returned {}", told(&outcome));
    let after = bench.there(&name, RecordType::A).await?;
    keep!(
        after.records == wanted,
        "replaced by {wanted:?}, observed {:?}",
        after.records
    );
    keep!(
        after.owner.as_ref() == Some(&ours),
        "the owner is now {:?}",
        after.owner
    );
    Ok(())
}

/// With any other etag, nothing changes.
pub(super) async fn replacing_with_a_stale_etag_is_a_conflict(bench: &Bench) -> Outcome {
    let (name, ours) = (bench.name("a"), bench.ours());
    let first = bench.given(bench.a(&name, "192.0.2.1"), &ours).await?;
    let second = bench.a(&name, "192.0.2.2");
    let outcome = bench.change(replace(second, &ours, &first.etag)).await?;
    keep!(outcome.is_ok(), "replacing returned {}", told(&outcome));
    let before = bench.there(&name, RecordType::A).await?;
    for stale in [first.etag.as_str(), "never-an-etag"] {
        let outcome = bench
            .change(replace(bench.a(&name, "192.0.2.3"), &ours, stale))
            .await?;
        keep!(
            matches!(outcome, Err(PluginError::Conflict(_))),
            "replacing with the etag `{stale}` returned {}",
            told(&outcome)
        );
    }
    let after = bench.there(&name, RecordType::A).await?;
    keep!(after == before, "it changed {before:?} to {after:?}");
    Ok(())
}

/// What is not there cannot be replaced.
pub(super) async fn replacing_what_is_absent_is_a_conflict(bench: &Bench) -> Outcome {
    let (name, ours) = (bench.name("a"), bench.ours());
    let outcome = bench
        .change(replace(bench.a(&name, "192.0.2.1"), &ours, "gone"))
        .await?;
    let found = bench.find(&name, RecordType::A).await?;
    if found.is_some() {
        // Nothing else removes what should never have been made.
        let _ = bench.change(delete(&name, RecordType::A, &ours)).await;
    }
    keep!(
        matches!(outcome, Err(PluginError::Conflict(_))),
        "replacing what is not there returned {}",
        told(&outcome)
    );
    keep!(
        found.is_none(),
        "replacing what is not there made {found:?}"
    );
    Ok(())
}

/// Other values or another time to live: another etag. Nothing else: the same etag.
pub(super) async fn every_change_changes_the_etag(bench: &Bench) -> Outcome {
    let (name, ours) = (bench.name("a"), bench.ours());
    let mut last = bench.given(bench.a(&name, "192.0.2.1"), &ours).await?;
    let again = bench.there(&name, RecordType::A).await?.etag;
    keep!(
        last.etag == again,
        "the etag went from `{}` to `{again}` without any change",
        last.etag
    );
    let other_values = bench.a(&name, "192.0.2.2");
    let mut longer = other_values.clone();
    longer.ttl += 300;
    for (what, records) in [
        ("other values", other_values),
        ("another time to live", longer),
    ] {
        let outcome = bench.change(replace(records, &ours, &last.etag)).await?;
        keep!(outcome.is_ok(), "replacing returned {}", told(&outcome));
        let next = bench.there(&name, RecordType::A).await?;
        keep!(
            next.etag != last.etag,
            "with {what} the etag is the same, `{}`",
            next.etag
        );
        last = next;
    }
    Ok(())
}

/// A deletion can be repeated.
pub(super) async fn deleting_what_is_absent_succeeds(bench: &Bench) -> Outcome {
    let (name, ours) = (bench.name("a"), bench.ours());
    let outcome = bench.change(delete(&name, RecordType::A, &ours)).await?;
    keep!(
        outcome.is_ok(),
        "deleting what never was returned {}",
        told(&outcome)
    );
    bench.given(bench.a(&name, "192.0.2.1"), &ours).await?;
    let _ = bench.change(delete(&name, RecordType::A, &ours)).await?;
    let outcome = bench.change(delete(&name, RecordType::A, &ours)).await?;
    keep!(
        outcome == Ok(String::new()),
        "deleting for the second time returned {}",
        told(&outcome)
    );
    Ok(())
}

/// After a deletion neither records nor a mark are there: anybody can have the name.
pub(super) async fn a_deletion_leaves_nothing_behind(bench: &Bench) -> Outcome {
    let (name, ours) = (bench.name("a"), bench.ours());
    bench.given(bench.a(&name, "192.0.2.1"), &ours).await?;
    let outcome = bench.change(delete(&name, RecordType::A, &ours)).await?;
    keep!(outcome.is_ok(), "the deletion returned {}", told(&outcome));
    let left = bench.find(&name, RecordType::A).await?;
    keep!(left.is_none(), "after the deletion there is {left:?}");
    let outcome = bench
        .change(create(bench.a(&name, "192.0.2.2"), &bench.theirs()))
        .await?;
    keep!(
        outcome.is_ok(),
        "another's creation after the deletion returned {}",
        told(&outcome)
    );
    Ok(())
}

/// Record sets of one name and different types have nothing to do with each other.
pub(super) async fn the_types_of_a_name_are_apart(bench: &Bench) -> Outcome {
    let name = bench.name("a");
    let sets = [
        bench.a(&name, "192.0.2.1"),
        bench.set(&name, RecordType::Aaaa, &["2001:db8::1"]),
        bench.set(&name, RecordType::Txt, &["text"]),
    ];
    let sets: Vec<_> = sets.into_iter().filter(|set| bench.has(set.kind)).collect();
    for set in &sets {
        bench
            .given(set.clone(), &bench.owner(&format!("{:?}", set.kind)))
            .await?;
    }
    let Some((first, others)) = sets.split_first() else {
        return Ok(());
    };
    let owner = bench.owner(&format!("{:?}", first.kind));
    let outcome = bench.change(delete(&name, first.kind, &owner)).await?;
    keep!(
        outcome.is_ok(),
        "deleting one type returned {}",
        told(&outcome)
    );
    let values = bench
        .find(&name, first.kind)
        .await?
        .map(|found| found.records.values);
    keep!(
        values.unwrap_or_default().is_empty(),
        "the deleted type is still there"
    );
    for set in others {
        let found = bench.find(&name, set.kind).await?;
        let records = found.as_ref().map(|found| &found.records);
        keep!(
            records == Some(set),
            "after deleting {:?}, {set:?} is {records:?}",
            first.kind
        );
    }
    Ok(())
}

//! What is decided for batches, and what is made of the results.

use super::{Decision, Found, Goal, Key, Marks, State, check, confirm, decide};
use crate::dns::{Change, Creation, Deletion, Name, RecordSet, RecordType, Replacement};
use crate::error::{Error, Result};

const OURS: &str = "cluster/ours";
const THEIRS: &str = "cluster/theirs";

fn zone() -> Name {
    "example.com".parse().unwrap()
}

fn set(name: &str, kind: RecordType, value: &str) -> RecordSet {
    RecordSet {
        name: name.into(),
        kind,
        ttl: 60,
        values: vec![value.into()],
    }
}

fn address(value: &str) -> RecordSet {
    set("a.example.com", RecordType::A, value)
}

fn create(records: RecordSet, owner: &str) -> Change {
    Change::Create(Creation {
        records,
        owner: owner.into(),
    })
}

fn delete(owner: &str) -> Change {
    Change::Delete(Deletion {
        name: "a.example.com".into(),
        kind: RecordType::A,
        owner: owner.into(),
    })
}

fn owned(owner: &str) -> State<u8> {
    let mut state = State::default();
    state.put(Found {
        raw: 7,
        ..Found::written(address("192.0.2.1"), owner)
    });
    state
}

/// Outcomes when every write succeeds, and how many writes there are.
fn run(state: State<u8>, changes: &[Change]) -> (Vec<Result<String>>, usize) {
    let checked: Vec<_> = changes
        .iter()
        .map(|change| check(&zone(), change, Marks::Beside))
        .collect();
    let plan = decide(state, &checked);
    let sent = vec![Ok(()); plan.writes.len()];
    (confirm(&plan, &sent, None), plan.writes.len())
}

#[test]
fn the_same_change_is_written_once() {
    let etag = Found::<u8>::written(address("192.0.2.1"), OURS).etag();
    let again = create(address("192.0.2.1"), OURS);
    assert_eq!(
        run(State::default(), std::slice::from_ref(&again)),
        (vec![Ok(etag.clone())], 1)
    );
    assert_eq!(run(owned(OURS), &[again]), (vec![Ok(etag)], 0));
    assert_eq!(
        run(State::default(), &[delete(OURS)]),
        (vec![Ok(String::new())], 0)
    );
}

#[test]
fn what_another_owns_or_nobody_marked_is_refused() {
    let mut unmarked = State::default();
    unmarked.put(Found {
        owners: vec![],
        ..Found::written(address("192.0.2.1"), OURS)
    });
    for (state, owner) in [(owned(THEIRS), Some(THEIRS)), (unmarked, None)] {
        for change in [
            create(address("192.0.2.1"), OURS),
            delete(OURS),
            Change::Replace(Replacement {
                records: address("192.0.2.2"),
                owner: OURS.into(),
                expect: state
                    .get(&Key::new("a.example.com", RecordType::A))
                    .unwrap()
                    .etag(),
            }),
        ] {
            assert_eq!(
                run(state.clone(), &[change]),
                (vec![Err(Error::conflict(owner))], 0)
            );
        }
    }
}

#[test]
fn a_write_knows_what_the_provider_holds_before_it() {
    let changes = [delete(OURS), create(address("192.0.2.9"), THEIRS)];
    let checked: Vec<_> = changes
        .iter()
        .map(|change| check(&zone(), change, Marks::Beside))
        .collect();
    let plan = decide(owned(OURS), &checked);
    assert_eq!(plan.writes.len(), 1);
    assert_eq!(plan.writes[0].before.as_ref().unwrap().raw, 7);
    let goal = Goal::There {
        records: address("192.0.2.9"),
        owner: THEIRS.into(),
    };
    assert_eq!(plan.writes[0].goal, goal);
    let key = Key::new("a.example.com", RecordType::A);
    assert_eq!(
        plan.decisions,
        [Decision::Written(key.clone()), Decision::Written(key)]
    );
}

#[test]
fn names_of_marks_are_refused_only_where_marks_stand_beside() {
    let forged = create(
        set(
            "_mq-a.a.example.com",
            RecordType::Txt,
            "maquette/v1 owner=x",
        ),
        OURS,
    );
    assert!(matches!(
        check(&zone(), &forged, Marks::Beside),
        Err(Error::Invalid(error)) if error.path == "records.name"
    ));
    assert!(check(&zone(), &forged, Marks::Within).is_ok());
}

#[test]
fn a_lost_answer_is_decided_by_what_the_zone_holds() {
    let checked = [check(
        &zone(),
        &create(address("192.0.2.1"), OURS),
        Marks::Beside,
    )];
    let plan = decide(State::<u8>::default(), &checked);
    let lost = [Err(Error::transient("lost"))];
    let done = owned(OURS);
    let etag = done
        .get(&Key::new("a.example.com", RecordType::A))
        .unwrap()
        .etag();
    assert_eq!(confirm(&plan, &lost, Some(&Ok(done))), [Ok(etag)]);
    assert_eq!(
        confirm(&plan, &lost, Some(&Ok(State::default()))),
        [lost[0].clone().map(|()| String::new())]
    );
    let unseen = Err(Error::transient("down"));
    assert_eq!(
        confirm(&plan, &[Ok(())], Some(&unseen)),
        [Err(Error::transient("down"))]
    );
    assert_eq!(
        confirm(&plan, &[Ok(())], Some(&Ok(owned(THEIRS)))),
        [Err(Error::conflict(Some(THEIRS)))]
    );
}

#[test]
fn what_the_contract_has_no_form_for_is_in_the_way_and_never_looks_as_wanted() {
    let mut state = owned(OURS);
    let key = Key::new("a.example.com", RecordType::A);
    state.entry(&key).strange.push("alias".into());
    assert_eq!(
        run(state.clone(), &[create(address("192.0.2.1"), OURS)]).0,
        [Err(Error::conflict(Some(OURS)))]
    );
    state.put_other("b.example.com");
    let alias = create(set("b.example.com", RecordType::Cname, "c.d"), OURS);
    assert_eq!(run(state, &[alias]).0, [Err(Error::conflict(None))]);
}

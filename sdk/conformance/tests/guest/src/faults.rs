//! What the faults make of right answers.

use maquette_sdk::dns::{Observed, RecordSet, RecordType};

/// A normal record set, or what a fault takes for normal.
pub fn normal(fault: &str, given: &RecordSet, normal: RecordSet) -> RecordSet {
    let mut wrong = normal.clone();
    match fault {
        "normalizing_twice_changes_nothing" if given.kind == RecordType::Txt => {
            for value in &mut wrong.values {
                if let Some(shorter) = value.strip_suffix("  ") {
                    *value = format!("{shorter} ");
                } else if value.ends_with("spaces ") {
                    value.pop();
                }
            }
        }
        "addresses_never_look_changed" if given.kind == RecordType::A => {
            wrong.values.clone_from(&given.values)
        }
        "aliases_never_look_changed" if given.kind == RecordType::Cname => {
            wrong.values.iter_mut().for_each(|value| value.push('.'));
        }
        "texts_never_look_changed" if given.kind == RecordType::Txt => {
            wrong
                .values
                .iter_mut()
                .for_each(|value| *value = value.replace('"', ""));
        }
        "wildcards_never_look_changed" => {
            if let Some(rest) = normal.name.strip_prefix("*.") {
                wrong.name = format!("wildcard.{rest}");
            }
        }
        "times_to_live_never_look_changed" => wrong.ttl = given.ttl,
        _ => {}
    }
    wrong
}

/// What was observed, or what a fault makes of it.
pub fn observed(fault: &str, names: &[String], mut found: Vec<Observed>) -> Vec<Observed> {
    match fault {
        "names_without_records_are_left_out" => {
            for name in names {
                if !found.iter().any(|observed| observed.records.name == *name) {
                    let records = RecordSet {
                        name: name.clone(),
                        kind: RecordType::A,
                        ttl: 0,
                        values: Vec::new(),
                    };
                    found.push(Observed {
                        records,
                        owner: None,
                        etag: String::new(),
                    });
                }
            }
        }
        "many_names_are_observed_at_once" => found.truncate(10),
        "a_mark_without_its_records_is_observed_with_its_owner" => {
            found.retain(|observed| !observed.records.values.is_empty());
        }
        _ => {}
    }
    found
}

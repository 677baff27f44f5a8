//! `plugins/rfc2136` at a real BIND 9.

use std::fmt::Write as _;

use maquette_conformance::{OtherWriter, RecordSet, RecordType, Subject, test};
use serde_json::json;

use crate::support::component;

#[path = "../../../../plugins/rfc2136/tests/support/bind.rs"]
#[allow(dead_code, reason = "the plugin's own tests use all of it")]
mod bind;

use bind::{Bind, KEY, ZONE, nsupdate};

/// An administrator with the key.
struct ByHand(u16);

fn type_name(kind: RecordType) -> &'static str {
    match kind {
        RecordType::A => "A",
        RecordType::Aaaa => "AAAA",
        RecordType::Cname => "CNAME",
        RecordType::Txt => "TXT",
    }
}

impl OtherWriter for ByHand {
    fn put(&self, _: &str, records: &RecordSet) -> Result<(), String> {
        let RecordSet {
            name, kind, ttl, ..
        } = records;
        let kind = type_name(*kind);
        let mut lines = format!("update delete {name}. {kind}\n");
        for value in &records.values {
            let value = match records.kind {
                RecordType::Txt => format!("\"{value}\""),
                RecordType::Cname => format!("{value}."),
                RecordType::A | RecordType::Aaaa => value.clone(),
            };
            writeln!(lines, "update add {name}. {ttl} {kind} {value}").unwrap();
        }
        nsupdate(self.0, &lines)
    }

    fn take_records(&self, _: &str, name: &str, kind: RecordType) -> Result<(), String> {
        nsupdate(
            self.0,
            &format!("update delete {name}. {}", type_name(kind)),
        )
    }

    fn remove(&self, _: &str, name: &str, kind: RecordType) -> Result<(), String> {
        let kind = type_name(kind);
        let (wild, rest) = match name.strip_prefix("*.") {
            Some(rest) => ("wild-", rest),
            None => ("", name),
        };
        let label = kind.to_ascii_lowercase();
        let lines =
            format!("update delete {name}. {kind}\nupdate delete _mq-{wild}{label}.{rest}. TXT");
        nsupdate(self.0, &lines)
    }
}

/// Rules that need something between plugin and server. The kit's front speaks HTTP, so these are shown by the plugin's own
/// tests (`plugins/rfc2136/tests`), which have a front for DNS.
const BEHIND_A_FRONT: [&str; 9] = [
    "creating_the_same_twice_writes_once",
    "records_are_never_there_before_their_mark",
    "what_appeared_meanwhile_is_not_overwritten",
    "what_changed_meanwhile_is_not_overwritten",
    "a_change_whose_answer_is_lost_can_be_repeated",
    "what_was_not_written_is_not_claimed",
    "a_server_that_is_down_is_a_passing_fault",
    "a_server_that_fails_is_a_passing_fault",
    "a_server_that_hangs_is_reported_in_time",
];

#[test]
fn rfc2136_is_conformant_at_a_real_bind() {
    let bind = Bind::start();
    let mut subject = Subject::new(component("rfc2136", "rfc2136"))
        .with_config(json!({ "server": bind.url(), "zones": [ZONE] }))
        .with_egress(bind.url().parse().unwrap())
        .with_credential("key", KEY)
        .with_wrong_credential("key", "maquette-key:d3JvbmctY2FuYXJ5")
        .with_zone(ZONE)
        // More than one page of 500.
        .with_many(510)
        .with_other_writer(ByHand(bind.port))
        .unsupported(
            "too_many_requests_are_reported_with_the_time_to_wait",
            "DNS has no answer that says so",
        );
    for rule in BEHIND_A_FRONT {
        let why =
            "not tried here, because the kit's front speaks HTTP; plugins/rfc2136/tests show it";
        subject = subject.unsupported(rule, why);
    }
    let report = test(subject).unwrap();
    println!("{}", report.text());
    report.assert_conformant();
}

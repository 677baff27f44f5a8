//! `plugins/google-cloud-dns` at the stand-in for Cloud DNS.

use maquette_conformance::{OtherWriter, RecordSet, RecordType, Subject, test};
use serde_json::json;

use crate::http;
use crate::support::component;

#[path = "../../../../plugins/google-cloud-dns/tests/support/stand_in.rs"]
#[allow(dead_code, reason = "the plugin's own tests use all of it")]
mod stand_in;

use stand_in::{PROJECT, StandIn, ZONE, by_hand, full, wrong};

/// An administrator of the project.
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
        let value = |value: &String| match records.kind {
            RecordType::Txt => format!("\"{value}\""),
            RecordType::Cname => format!("{value}."),
            RecordType::A | RecordType::Aaaa => value.clone(),
        };
        let values: Vec<String> = records.values.iter().map(value).collect();
        let values: Vec<&str> = values.iter().map(String::as_str).collect();
        by_hand(self.0, &records.name, type_name(records.kind), &values);
        Ok(())
    }

    fn take_records(&self, _: &str, name: &str, kind: RecordType) -> Result<(), String> {
        by_hand(self.0, name, type_name(kind), &[]);
        Ok(())
    }

    fn remove(&self, _: &str, name: &str, kind: RecordType) -> Result<(), String> {
        by_hand(self.0, name, type_name(kind), &[]);
        let (wild, rest) = match name.strip_prefix("*.") {
            Some(rest) => ("wild-", rest),
            None => ("", name),
        };
        let label = type_name(kind).to_ascii_lowercase();
        by_hand(self.0, &format!("_mq-{wild}{label}.{rest}"), "TXT", &[]);
        Ok(())
    }
}

#[test]
fn google_cloud_dns_is_conformant_at_the_stand_in() {
    let stand_in = StandIn::start();
    let key = full();
    let subject = Subject::new(component("google-cloud-dns", "google_cloud_dns"))
        .with_config(json!({
            "endpoint": stand_in.url(), "project": PROJECT, "serviceAccount": key.account, "privateKeyId": key.id,
        }))
        .with_credential("private-key", &key.pem)
        .with_wrong_credential("private-key", &wrong().pem)
        .with_zone(ZONE)
        // More than one page of 100, each record set with its mark.
        .with_many(60)
        .with_other_writer(ByHand(stand_in.port));
    let report = test(subject).unwrap();
    println!("{}", report.text());
    report.assert_conformant();
}

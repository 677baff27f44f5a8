//! `plugins/route53` at moto's server, with the preconditions of Route 53.

use maquette_conformance::{OtherWriter, RecordSet, RecordType, Subject, test};
use serde_json::json;

use crate::http;
use crate::support::component;

#[path = "../../../../plugins/route53/tests/support/moto.rs"]
#[allow(dead_code, reason = "the plugin's own tests use all of it")]
mod moto;

use moto::{Moto, ZONE, by_hand};

/// An administrator of the account.
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
fn route53_is_conformant_at_motos_server() {
    let moto = Moto::start();
    let subject = Subject::new(component("route53", "route53"))
        .with_config(json!({ "endpoint": moto.url(), "accessKeyId": moto.full.id }))
        .with_credential("secret-access-key", &moto.full.secret)
        .with_zone(ZONE)
        // More than one page of 300, each record set with its mark.
        .with_many(160)
        .with_other_writer(ByHand(moto.port));
    let report = test(subject).unwrap();
    println!("{}", report.text());
    report.assert_conformant();
}

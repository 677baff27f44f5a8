//! `plugins/cloudflare` at the stand-in for Cloudflare.

use std::sync::Arc;

use maquette_conformance::tunnel::{TunnelHand, TunnelTarget};
use maquette_conformance::{OtherWriter, RecordSet, RecordType, Subject, test};
use serde_json::json;

use crate::http;
use crate::support::component;

#[path = "../../../../plugins/cloudflare/tests/support/stand_in.rs"]
#[allow(dead_code, reason = "the plugin's own tests use all of it")]
pub(crate) mod stand_in;

use stand_in::{FULL, StandIn, ZONE, by_hand, tell};

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
            RecordType::A | RecordType::Aaaa | RecordType::Cname => value.clone(),
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

impl TunnelHand for ByHand {
    fn make_without_mark(&self, name: &str) -> Result<(), String> {
        tell(self.0, &json!({ "makeTunnel": name }));
        Ok(())
    }

    fn remove_without_mark(&self, name: &str) -> Result<(), String> {
        let told = tell(self.0, &json!({}));
        let tunnels = told["tunnels"].as_object().ok_or("no tunnels")?;
        for (id, tunnel) in tunnels {
            if tunnel["name"] == name {
                tell(self.0, &json!({ "tunnel": id, "deleted": true }));
            }
        }
        Ok(())
    }

    fn connect(&self, id: &str) -> Result<(), String> {
        tell(self.0, &json!({ "tunnel": id, "clients": [4] }));
        Ok(())
    }
}

#[test]
fn cloudflare_is_conformant_at_the_stand_in() {
    let stand_in = StandIn::start();
    let subject = Subject::new(component("cloudflare", "cloudflare"))
        .with_config(json!({ "endpoint": stand_in.url(), "accountId": stand_in.account }))
        .with_credential("token", FULL)
        .with_zone(ZONE)
        // More than one page of 1,000, each record set with its mark and its claim.
        .with_many(340)
        .with_other_writer(ByHand(stand_in.port))
        .with_tunnels(TunnelTarget {
            zone: ZONE.to_owned(),
            // More than one page of 50.
            many: 55,
            hand: Some(Arc::new(ByHand(stand_in.port))),
        });
    let report = test(subject).unwrap();
    println!("{}", report.text());
    report.assert_conformant();
}

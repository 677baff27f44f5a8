//! `plugins/powerdns` at a real `pdns_server`.

use maquette_conformance::{OtherWriter, RecordSet, RecordType, Subject, test};
use serde_json::{Value, json};

use crate::http;
use crate::support::component;

#[path = "../../../../plugins/powerdns/tests/support/pdns.rs"]
#[allow(dead_code, reason = "the plugin's own tests use all of it")]
mod pdns;

use pdns::{KEY, Pdns, ZONE};

/// An administrator with the server's key.
struct ByHand(u16);

impl ByHand {
    fn patch(&self, rrset: &Value) -> Result<(), String> {
        let (path, body) = (
            format!("/api/v1/servers/localhost/zones/{ZONE}."),
            json!({ "rrsets": [rrset] }),
        );
        match http::request(self.0, "PATCH", &path, KEY, &body.to_string()) {
            Ok((204, _)) => Ok(()),
            Ok((status, body)) => Err(format!("{status} {body}")),
            Err(error) => Err(error.to_string()),
        }
    }
}

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
        let content = |value: &String| json!({ "content": value, "disabled": false });
        self.patch(&json!({
            "name": format!("{}.", records.name), "type": type_name(records.kind), "changetype": "REPLACE",
            "ttl": records.ttl, "records": records.values.iter().map(content).collect::<Vec<_>>(),
        }))
    }

    fn take_records(&self, _: &str, name: &str, kind: RecordType) -> Result<(), String> {
        // The mark is a comment of the record set: what is not said again is lost with the last record.
        let path = format!("/api/v1/servers/localhost/zones/{ZONE}.?rrset_name={name}.");
        let (_, body) =
            http::request(self.0, "GET", &path, KEY, "").map_err(|error| error.to_string())?;
        let zone: Value = serde_json::from_str(&body).map_err(|error| error.to_string())?;
        let rrsets = zone["rrsets"].as_array().ok_or("no record sets")?;
        let rrset = rrsets
            .iter()
            .find(|rrset| rrset["type"] == type_name(kind))
            .ok_or("nothing is there")?;
        self.patch(&json!({
            "name": format!("{name}."), "type": type_name(kind), "changetype": "REPLACE", "ttl": 60,
            "records": [], "comments": rrset["comments"],
        }))
    }

    fn remove(&self, _: &str, name: &str, kind: RecordType) -> Result<(), String> {
        self.patch(
            &json!({ "name": format!("{name}."), "type": type_name(kind), "changetype": "DELETE" }),
        )
    }
}

#[test]
fn powerdns_is_conformant_at_a_real_server() {
    let pdns = Pdns::start();
    let why = "PowerDNS has no preconditions: who comes between the plugin's look and its write is overwritten";
    let subject = Subject::new(component("powerdns", "powerdns"))
        .with_config(json!({ "url": pdns.url() }))
        .with_credential("api-key", KEY)
        .with_zone(ZONE)
        .with_other_writer(ByHand(pdns.port))
        .unsupported("what_appeared_meanwhile_is_not_overwritten", why)
        .unsupported("what_changed_meanwhile_is_not_overwritten", why);
    let report = test(subject).unwrap();
    println!("{}", report.text());
    report.assert_conformant();
}

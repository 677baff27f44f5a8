//! DNS records.

use serde_json::{Value, json};

use super::{Manifest, Refused, assert_accepted, assert_refused, manifest, with};

fn spec() -> Value {
    json!({"provider": "corp-dns", "zone": "preview.test", "name": "shop.preview.test", "type": "A", "values": ["192.0.2.1"], "ttl": 60})
}

fn changed(at: &str, new: Value) -> Manifest {
    manifest("DNSRecord", "shop", with(spec(), at, new))
}

fn of(kind: &str, values: Value) -> Manifest {
    manifest(
        "DNSRecord",
        "shop",
        with(with(spec(), "/type", json!(kind)), "/values", values),
    )
}

#[tokio::test]
#[expect(clippy::too_many_lines, reason = "it is one table")]
async fn a_record_that_cannot_work_is_refused_with_the_fields_path() {
    let name = |name: &str| changed("/name", json!(name));
    let lower = "must be a domain name in lower case";
    assert_refused(vec![
        Refused(
            "a CNAME with two values",
            of("CNAME", json!(["a.test", "b.test"])),
            "spec.values",
            "a CNAME has exactly one value",
        ),
        Refused(
            "an A record with an IPv6 address",
            of("A", json!(["2001:db8::1"])),
            "spec.values",
            "values of an A record are IPv4 addresses",
        ),
        Refused(
            "an A record with a name",
            of("A", json!(["192.0.2.1", "a.test"])),
            "spec.values",
            "values of an A record are IPv4 addresses",
        ),
        Refused(
            "an AAAA record with an IPv4 address",
            of("AAAA", json!(["192.0.2.1"])),
            "spec.values",
            "values of an AAAA record are IPv6 addresses",
        ),
        Refused(
            "an unknown type",
            of("MX", json!(["a.test"])),
            "spec.type",
            "Unsupported value: \"MX\"",
        ),
        Refused(
            "no values",
            changed("/values", json!([])),
            "spec.values",
            "should have at least 1 items",
        ),
        Refused(
            "an empty value",
            of("TXT", json!([""])),
            "spec.values[0]",
            "should be at least 1 chars long",
        ),
        Refused(
            "a name outside the zone",
            name("shop.other.test"),
            "spec.name",
            "must lie in the zone",
        ),
        Refused(
            "a name that only ends like the zone",
            name("shop-preview.test"),
            "spec.name",
            "must lie in the zone",
        ),
        Refused(
            "a label of 64 characters",
            name(&format!("{}.preview.test", "a".repeat(64))),
            "spec.name",
            "at most 63 characters (RFC 1035",
        ),
        Refused(
            "a name in capitals",
            name("Shop.preview.test"),
            "spec.name",
            lower,
        ),
        Refused(
            "a name with a final dot",
            changed("/name", json!("shop.preview.test.")),
            "spec.name",
            lower,
        ),
        Refused(
            "a star inside a name",
            name("a.*.preview.test"),
            "spec.name",
            lower,
        ),
        Refused(
            "no provider",
            changed("/provider", Value::Null),
            "spec.provider",
            "Required value",
        ),
        Refused(
            "a time to live of 0",
            changed("/ttl", json!(0)),
            "spec.ttl",
            "greater than or equal to 1",
        ),
        Refused(
            "a time to live of more than a week",
            changed("/ttl", json!(604_801)),
            "spec.ttl",
            "less than or equal to 604800",
        ),
    ])
    .await;
}

#[tokio::test]
async fn a_record_that_may_work_is_accepted() {
    assert_accepted(vec![
        ("an A record", manifest("DNSRecord", "shop", spec())),
        (
            "an AAAA record",
            of("AAAA", json!(["2001:db8::1", "2001:db8::2"])),
        ),
        ("a CNAME", of("CNAME", json!(["a.test"]))),
        ("a text", of("TXT", json!(["any text; \"quoted\""]))),
        ("no zone", changed("/zone", Value::Null)),
        ("the zone itself", changed("/name", json!("preview.test"))),
        ("a wildcard", changed("/name", json!("*.preview.test"))),
        (
            "an underscore",
            changed("/name", json!("_acme-challenge.preview.test")),
        ),
    ])
    .await;
}

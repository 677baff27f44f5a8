//! Providers.

use serde_json::{Map, Value, json};

use super::{Manifest, Refused, assert_accepted, assert_refused, manifest, with};

fn spec() -> Value {
    json!({
        "plugin": "powerdns",
        "config": {"url": "https://pdns.test:8081", "anything": [1, {"goes": true}]},
        "credentials": {"api-key": {"secretRef": {"name": "pdns", "key": "token"}}},
        "egress": ["https://pdns.test:8081", "http://192.0.2.1", "tcp://ns1.test:53"],
        "egressCIDRs": ["10.0.0.0/8", "fd00::/8"],
        "scope": {
            "namespaces": {"matchLabels": {"team": "a"}}, "zones": ["preview.test"], "types": ["A", "TXT"],
            "names": ["*.{namespace}.preview.test", "_acme-challenge.*.{namespace}.preview.test", "preview.test"],
        },
        "connector": {"images": ["registry.test/frpc", "registry.test/frp/"]},
        "entrance": {"scheme": "http", "port": 8080},
        "intervalSeconds": 5,
    })
}

fn changed(at: &str, new: Value) -> Manifest {
    manifest("Provider", "corp-dns", with(spec(), at, new))
}

#[tokio::test]
#[expect(clippy::too_many_lines, reason = "it is one table")]
async fn a_provider_that_cannot_work_is_refused_with_the_fields_path() {
    let origin = |origin: &str| changed("/egress", json!([origin]));
    let range = |range: &str| changed("/egressCIDRs", json!([range]));
    let many: Map<String, Value> = (0..17)
        .map(|n| {
            (
                format!("c{n}"),
                json!({"secretRef": {"name": "a", "key": "b"}}),
            )
        })
        .collect();
    assert_refused(vec![
        Refused(
            "no plugin",
            changed("/plugin", Value::Null),
            "spec.plugin",
            "Required value",
        ),
        Refused(
            "egress with a path",
            origin("https://pdns.test/api"),
            "spec.egress",
            "each entry must be an origin",
        ),
        Refused(
            "egress with a final slash",
            origin("https://pdns.test/"),
            "spec.egress",
            "each entry must be an origin",
        ),
        Refused(
            "egress without a scheme",
            origin("pdns.test:8081"),
            "spec.egress",
            "each entry must be an origin",
        ),
        Refused(
            "egress with another scheme",
            origin("ftp://pdns.test"),
            "spec.egress",
            "each entry must be an origin",
        ),
        Refused(
            "a DNS server without its port",
            origin("tcp://ns1.test"),
            "spec.egress",
            "for DNS tcp://, host and port",
        ),
        Refused(
            "egress with a user",
            origin("https://me@pdns.test"),
            "spec.egress",
            "each entry must be an origin",
        ),
        Refused(
            "egress with a query",
            origin("https://pdns.test?a"),
            "spec.egress",
            "each entry must be an origin",
        ),
        Refused(
            "a connector without images",
            changed("/connector", json!({"images": []})),
            "spec.connector.images",
            "should have at least 1 items",
        ),
        Refused(
            "an entrance over something else",
            changed("/entrance/scheme", json!("tcp")),
            "spec.entrance.scheme",
            "Unsupported value: \"tcp\"",
        ),
        Refused(
            "an entrance without a port",
            changed("/entrance/port", json!(0)),
            "spec.entrance.port",
            "should be greater than or equal to 1",
        ),
        Refused(
            "an address instead of a range",
            range("10.0.0.1"),
            "spec.egressCIDRs",
            "each entry must be an address range",
        ),
        Refused(
            "a range with 33 bits",
            range("10.0.0.0/33"),
            "spec.egressCIDRs",
            "each entry must be an address range",
        ),
        Refused(
            "a zone with a final dot",
            changed("/scope/zones", json!(["preview.test."])),
            "spec.scope.zones",
            "without the final dot",
        ),
        Refused(
            "a zone in capitals",
            changed("/scope/zones", json!(["Preview.test"])),
            "spec.scope.zones",
            "in lower case",
        ),
        Refused(
            "a name with a wildcard in the middle",
            changed("/scope/names", json!(["shop.*.preview.test"])),
            "spec.scope.names",
            "each name must be a domain name",
        ),
        Refused(
            "a name in capitals",
            changed("/scope/names", json!(["Shop.preview.test"])),
            "spec.scope.names",
            "in lower case",
        ),
        Refused(
            "an unknown type of record",
            changed("/scope/types", json!(["MX"])),
            "spec.scope.types[0]",
            "Unsupported value: \"MX\"",
        ),
        Refused(
            "a credential without a Secret",
            changed("/credentials/api-key", json!({})),
            "spec.credentials.api-key.secretRef",
            "Required value",
        ),
        Refused(
            "a credential without a key",
            changed("/credentials/api-key/secretRef/key", Value::Null),
            "spec.credentials.api-key.secretRef.key",
            "Required value",
        ),
        Refused(
            "17 credentials",
            changed("/credentials", Value::Object(many)),
            "spec.credentials",
            "at most 16 credentials",
        ),
        Refused(
            "an interval of 4 s",
            changed("/intervalSeconds", json!(4)),
            "spec.intervalSeconds",
            "greater than or equal to 5",
        ),
        Refused(
            "a configuration that is no object",
            changed("/config", json!("url")),
            "spec.config",
            "must be of type object",
        ),
    ])
    .await;
}

#[tokio::test]
async fn a_provider_that_may_work_is_accepted() {
    assert_accepted(vec![
        ("everything", manifest("Provider", "corp-dns", spec())),
        (
            "a plugin and nothing else",
            manifest("Provider", "corp-dns", json!({"plugin": "powerdns"})),
        ),
        (
            "an origin with an IPv6 address",
            changed("/egress", json!(["https://[2001:db8::1]:8081"])),
        ),
        (
            "a scope by expression",
            changed(
                "/scope/namespaces",
                json!({"matchExpressions": [{"key": "team", "operator": "Exists"}]}),
            ),
        ),
    ])
    .await;
}

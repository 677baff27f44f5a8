//! The Provider of `examples/google-cloud-dns` is what the plugin wants.

use google_cloud_dns::Config;
use serde_json::Value;

const PROVIDER: &str = include_str!("../../../examples/google-cloud-dns/provider.yaml");

#[test]
fn the_examples_provider_has_this_configuration_grants_its_server_and_gives_its_credential() {
    let provider: Value = serde_saphyr::from_str(PROVIDER).unwrap();
    let spec = &provider["spec"];
    let config: Config = serde_json::from_value(spec["config"].clone()).unwrap();
    assert_eq!(spec["egress"], serde_json::json!([config.endpoint]));
    assert!(spec["credentials"]["private-key"]["secretRef"].is_object());
}

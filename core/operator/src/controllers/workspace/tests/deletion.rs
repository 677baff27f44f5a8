//! Why a workspace under deletion is still there.

use super::*;
use maquette_api::{DNSRecordStatus, Tunnel, TunnelStatus};

fn deleted_shop() -> Workspace {
    let mut shop = shop();
    shop.metadata.deletion_timestamp = Some(Time(now()));
    shop
}

fn record(verdict: Option<&Verdict>, generation: i64) -> Arc<DNSRecord> {
    let spec = json!({ "provider": "corp", "name": "shop.preview.test", "type": "A", "values": ["198.18.0.1"] });
    let mut record = DNSRecord::new("shop-1", serde_json::from_value(spec).unwrap());
    record.metadata.namespace = Some("team".into());
    record.metadata.generation = Some(2);
    record.metadata.deletion_timestamp = Some(Time(now()));
    record.metadata.finalizers = Some(vec![FINALIZER.into()]);
    record.status = verdict.map(|verdict| DNSRecordStatus {
        observed_generation: Some(generation),
        conditions: verdict.conditions(&[], Some(generation), now()),
        ..DNSRecordStatus::default()
    });
    Arc::new(record)
}

fn later(workspace: &Workspace, observed: &Observed, seconds: i64) -> Verdict {
    let at = Timestamp::from_second(1000 + seconds).unwrap();
    status(workspace, observed, &Results::default(), at).verdict
}

#[test]
fn the_cause_that_a_part_tells_is_told_at_once() {
    let cause = Verdict::failing("ProviderUnavailable", "it cannot be removed: no answer");
    let mut observed = around();
    observed.records.push(record(Some(&Verdict::ready("")), 1));
    observed.records.push(record(Some(&cause), 2));
    let verdict = later(&deleted_shop(), &observed, 0);
    assert_eq!(
        verdict,
        Verdict::failing(
            "ProviderUnavailable",
            "waits for DNSRecord team/shop-1: it cannot be removed: no answer"
        )
    );
}

#[test]
fn a_part_that_tells_no_cause_is_named_and_is_a_failure_after_five_minutes() {
    let mut observed = around();
    // What it said before its deletion began is no cause.
    let before = Verdict::failing("ProviderUnavailable", "an old problem");
    observed.records.push(record(Some(&before), 1));
    let message = "waits for DNSRecord team/shop-1: it is being deleted";
    let verdict = later(&deleted_shop(), &observed, 299);
    assert_eq!(verdict, Verdict::progressing("Terminating", message));
    let verdict = later(&deleted_shop(), &observed, 301);
    assert_eq!(verdict.reason, "TeardownStuck");
    assert!(verdict.message.starts_with(message), "{}", verdict.message);
}

#[test]
fn a_pod_that_a_component_waits_for_and_a_tunnel_that_is_stuck_are_told() {
    let mut observed = around();
    let waits = Verdict::progressing("Terminating", "waits for the pod shop-web-1");
    with(&mut observed, "web", Some(&waits), &[]);
    let mut web = observed.components["web"].as_ref().clone();
    web.metadata.deletion_timestamp = Some(Time(now()));
    observed.components.insert("web".into(), Arc::new(web));
    let verdict = later(&deleted_shop(), &observed, 0);
    assert_eq!(
        verdict.message,
        "waits for Component team/shop-web: waits for the pod shop-web-1"
    );
    let spec = json!({ "provider": "edge", "routes": [] });
    let mut tunnel = Tunnel::new("shop-2", serde_json::from_value(spec).unwrap());
    tunnel.metadata.namespace = Some("team".into());
    tunnel.metadata.deletion_timestamp = Some(Time(now()));
    let stuck = Verdict::failing("ProviderNotReady", "the tunnel cannot be removed");
    tunnel.status = Some(TunnelStatus {
        conditions: stuck.conditions(&[], None, now()),
        ..TunnelStatus::default()
    });
    observed.tunnels.push(Arc::new(tunnel));
    let verdict = later(&deleted_shop(), &observed, 0);
    assert_eq!(
        (verdict.reason, verdict.message.as_str()),
        (
            "ProviderNotReady",
            "waits for Tunnel team/shop-2: the tunnel cannot be removed"
        )
    );
}

#[test]
fn a_finalizer_of_another_controller_is_named() {
    let mut observed = around();
    let mut route = DynamicObject::new("shop-1", &Kind::HTTPRoute.api_resource()).within("team");
    route.metadata.deletion_timestamp = Some(Time(now()));
    route.metadata.finalizers = Some(vec!["gateway.example/keep".into()]);
    observed.routes.push(Arc::new(route.into()));
    assert_eq!(
        later(&deleted_shop(), &observed, 0).message,
        "waits for HTTPRoute team/shop-1: its finalizers are not removed: gateway.example/keep"
    );
}

#[test]
fn the_deletion_ends_after_the_last_component_is_gone() {
    let mut observed = around();
    with(&mut observed, "web", Some(&Verdict::ready("")), &[]);
    assert_eq!(plan(&deleted_shop(), &observed).finalizer, Finalizer::Keep);
    observed.components.clear();
    assert_eq!(
        plan(&deleted_shop(), &observed).finalizer,
        Finalizer::Remove
    );
}

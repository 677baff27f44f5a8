//! The DNS server is away, slow, wrong or overloaded.

use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::Instant;

use super::support::dns::set;
use super::support::objects::MAQUETTE;
use super::support::scene::NAMESPACE;
use super::support::world::{OTHER_ZONE, ZONE};
use super::support::{Mood, Scene};
use super::workspaces::routed;

/// A record of another provider, which talks to the real server.
pub(crate) async fn other_record(scene: &Scene, name: &str) {
    let spec = json!({"provider": "other-dns", "zone": OTHER_ZONE, "name": format!("{name}.{OTHER_ZONE}"), "type": "A", "values": ["192.0.2.20"]});
    let record = json!({"apiVersion": MAQUETTE, "kind": "DNSRecord", "metadata": {"name": name, "namespace": NAMESPACE}, "spec": spec});
    scene.objects.apply(record).await;
    scene.wait_ready("DNSRecord", name).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_dns_server_that_misbehaves_is_told_loses_nothing_and_delays_no_other_provider() {
    let scene = Scene::start().await;
    let api = scene.world.pdns.api_url.clone();
    let other = scene.provider(
        "other-dns",
        &json!({"config": {"url": api}, "egress": [api], "scope": {"zones": [OTHER_ZONE]}}),
    );
    scene.objects.apply(other).await;
    scene.wait_ready("Provider", "other-dns").await;
    scene
        .objects
        .apply(routed("kept", "kept.preview.test"))
        .await;
    scene.wait_ready("Workspace", "kept").await;

    for (number, (mood, reason)) in [
        (Mood::Down, "ProviderUnavailable"),
        (
            Mood::Says(500, r#"{"error": "it broke"}"#),
            "ProviderUnavailable",
        ),
        (Mood::Says(429, r#"{"error": "slower"}"#), "RateLimited"),
        (
            Mood::Says(200, "<html>not the API</html>"),
            "ProviderUnavailable",
        ),
        (Mood::Silent, "ProviderUnavailable"),
    ]
    .into_iter()
    .enumerate()
    {
        let (name, host) = (
            format!("new-{number}"),
            format!("new-{number}.preview.test"),
        );
        scene.dns.turn(mood.clone());
        scene.objects.apply(routed(&name, &host)).await;
        println!("{mood:?}");
        let message = scene.wait_reason("Workspace", &name, reason).await;
        println!("{reason}: {message}");
        other_record(&scene, &format!("other-{number}")).await;

        scene.dns.turn(Mood::Well);
        scene.wait_ready("Workspace", &name).await;
        scene.wait_ready("Workspace", "kept").await;
        let records = scene.records().await;
        for wanted in [
            format!("{host}. A 192.0.2.10"),
            "kept.preview.test. A 192.0.2.10".to_owned(),
        ] {
            assert!(records.contains(&wanted), "{mood:?}: {records:?}");
        }
    }
    scene.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_workspace_deleted_while_the_dns_server_is_down_goes_after_its_record() {
    let scene = Scene::start().await;
    scene
        .objects
        .apply(routed("shop", "shop.preview.test"))
        .await;
    scene.wait_ready("Workspace", "shop").await;
    scene.dns.turn(Mood::Down);
    scene.delete("Workspace", "shop").await;
    scene
        .until("the record to tell why it stays", async || {
            let records = scene.objects.list(MAQUETTE, "DNSRecord", NAMESPACE).await?;
            let told = records.iter().any(|record| {
                record["status"]["conditions"]
                    .to_string()
                    .contains("ProviderUnavailable")
            });
            if told {
                Ok(())
            } else {
                Err(format!("{records:?}"))
            }
        })
        .await;
    assert!(
        scene
            .objects
            .get(MAQUETTE, "Workspace", NAMESPACE, "shop")
            .await
            .is_some(),
        "the workspace went before its record"
    );
    assert_eq!(scene.records().await.len(), 1);
    scene.dns.turn(Mood::Well);
    scene.wait_nothing().await;
    scene.finish().await;
}

/// More records of a provider than the operator has workers for records.
const FLOOD: usize = 1100;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_provider_that_hangs_with_more_records_than_there_are_workers_delays_no_other() {
    let scene = Scene::start().await;
    let api = scene.world.pdns.api_url.clone();
    let other = json!({"config": {"url": api}, "egress": [api], "scope": {"zones": [OTHER_ZONE]}});
    scene
        .objects
        .apply(scene.provider("other-dns", &other))
        .await;
    scene.wait_ready("Provider", "other-dns").await;
    scene.dns.turn(Mood::Silent);
    for number in 0..FLOOD {
        let name = format!("flood-{number}");
        let spec = json!({"provider": "corp-dns", "zone": ZONE, "name": format!("{name}.{ZONE}"), "type": "A", "values": ["192.0.2.30"]});
        let record = json!({"apiVersion": MAQUETTE, "kind": "DNSRecord", "metadata": {"name": name, "namespace": NAMESPACE}, "spec": spec});
        scene.objects.apply(record).await;
    }
    let asked = scene.dns.requests().len();
    for number in 0..5 {
        other_record(&scene, &format!("other-{number}")).await;
    }
    let since = scene.dns.requests().len() - asked;
    println!("{since} requests reached the silent server meanwhile");
    let flood = scene.objects.list(MAQUETTE, "DNSRecord", NAMESPACE).await;
    let written = flood
        .unwrap()
        .iter()
        .filter(|record| record["spec"]["provider"] == "corp-dns")
        .filter(|record| record["status"]["ledger"][0]["state"] == "Present")
        .count();
    assert_eq!(written, 0, "the server was not silent");
    scene.dns.turn(Mood::Well);
    scene.wait_ready("DNSRecord", "flood-0").await;
    scene
        .wait_ready("DNSRecord", &format!("flood-{}", FLOOD - 1))
        .await;
    scene.finish().await;
}

fn record(name: &str, zone: &str) -> Value {
    let spec = json!({"provider": "corp-dns", "zone": zone, "name": format!("{name}.{zone}"), "type": "A", "values": ["192.0.2.30"]});
    json!({"apiVersion": MAQUETTE, "kind": "DNSRecord", "metadata": {"name": name, "namespace": NAMESPACE}, "spec": spec})
}

/// Records that cannot be written, and a quiet time.
const QUIET: Duration = Duration::from_secs(20);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn records_that_cannot_be_written_cost_no_status_and_requests_at_the_back_off() {
    let scene = Scene::start().await;
    let alias = |values: &'static [&'static str]| {
        set(
            &scene.world.pdns,
            ZONE,
            "alias.preview.test",
            "CNAME",
            values,
        )
    };
    alias(&["lb.example.net."]).await;
    scene.objects.apply(record("alias", ZONE)).await;
    let message = scene
        .wait_reason("DNSRecord", "alias", "RecordConflict")
        .await;
    assert!(message.contains("CNAME lb.example.net"), "{message}");
    for (mood, reason) in [
        (
            Mood::ReadOnly(403, r#"{"error": "read only"}"#),
            "Forbidden",
        ),
        (
            Mood::ReadOnly(422, r#"{"error": "not such a record"}"#),
            "InvalidRecord",
        ),
    ] {
        scene.dns.turn(mood.clone());
        for number in 0..3 {
            let record = record(&format!("refused-{number}"), ZONE);
            scene.objects.apply(record).await;
        }
        for number in 0..3 {
            // What was refused before is tried again.
            let again = json!({"metadata": {"annotations": {"test/now": reason}}});
            let name = format!("refused-{number}");
            scene.annotate("DNSRecord", &name, &again).await;
            scene.wait_reason("DNSRecord", &name, reason).await;
        }
        let (asked, start) = (scene.dns.requests().len(), Instant::now());
        scene.proxy.forget();
        tokio::time::sleep_until(start + QUIET).await;
        // An event may follow its status.
        let writes = scene.proxy.writes().into_iter();
        let writes: Vec<String> = writes.filter(|write| !write.contains("/events")).collect();
        let asked = scene.dns.requests().len() - asked;
        println!(
            "{mood:?}: {} writes, {asked} requests in {QUIET:?}",
            writes.len()
        );
        assert_eq!(writes, Vec::<String>::new(), "{mood:?}");
        // With the loop, four records cost hundreds.
        assert!(asked <= 60, "{mood:?}: {asked} requests");
    }
    scene.dns.turn(Mood::Well);
    alias(&[]).await;
    for name in ["alias", "refused-0", "refused-1", "refused-2"] {
        let start = json!({"metadata": {"annotations": {"test/now": "1"}}});
        scene.annotate("DNSRecord", name, &start).await;
        scene.wait_ready("DNSRecord", name).await;
    }
    scene.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_record_in_a_zone_that_does_not_exist_is_deleted_at_once_and_so_is_its_provider() {
    let scene = Scene::start().await;
    let any_zone = scene.provider("corp-dns", &json!({"scope": {}}));
    scene.objects.apply(any_zone).await;
    scene
        .objects
        .apply(record("typo", "no-such-zone.test"))
        .await;
    scene.wait_reason("DNSRecord", "typo", "ZoneNotFound").await;
    scene
        .objects
        .delete(MAQUETTE, "Provider", "", "corp-dns")
        .await;
    scene.delete("DNSRecord", "typo").await;
    for (kind, namespace, name) in [
        ("DNSRecord", NAMESPACE, "typo"),
        ("Provider", "", "corp-dns"),
    ] {
        scene
            .within(
                Duration::from_secs(20),
                &format!("{kind} to be gone"),
                async || {
                    let found = scene.objects.get(MAQUETTE, kind, namespace, name).await;
                    found.map_or(Ok(()), |left| Err(left["status"].to_string()))
                },
            )
            .await;
    }
    scene.finish().await;
}

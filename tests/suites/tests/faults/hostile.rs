//! A Provider whose plugin turned hostile, as after a bad release: told with what to do, kept from harming others, and
//! forgotten when the Provider goes back to the good one.

use base64::Engine as _;
use kube::api::{Patch, PatchParams};
use serde_json::{Value, json};

use super::servers::other_record;
use super::support::dns::Mood;
use super::support::objects::MAQUETTE;
use super::support::scene::NAMESPACE;
use super::support::world::OTHER_ZONE;
use super::support::{Scene, binaries};
use super::workspaces::routed;

/// What the plugin does, the reason for it, and what the message says to do.
const BEHAVIOURS: [(&str, &str, &[&str]); 7] = [
    (
        "loops",
        "PluginFailed",
        &["processor time", "tell its author"],
    ),
    (
        "eats-memory",
        "PluginFailed",
        &["64 MiB of memory", "raise `limits.memory` of the Plugin"],
    ),
    (
        "panics",
        "PluginFailed",
        &["the guest panicked on purpose", "tell its author"],
    ),
    (
        "overflows-its-stack",
        "PluginFailed",
        &["the plugin crashed", "tell its author"],
    ),
    (
        "returns-too-much",
        "PluginFailed",
        &["MiB of data", "tell its author"],
    ),
    (
        "calls-elsewhere",
        "EgressNotGranted",
        &["http://198.51.100.7:8053", "egress:", "to the Provider"],
    ),
    (
        "sleeps",
        "ProviderUnavailable",
        &[
            "did not answer within",
            "raise `limits.timeoutSeconds` of the Plugin",
        ],
    ),
];

/// The Plugin of the host's test guest.
async fn install_guest(scene: &Scene) {
    let registry = scene.world.registry.clone();
    let publish = move || binaries::publish_plugin(&registry, "core/host/tests/guests", "guest");
    tokio::task::spawn_blocking(publish).await.unwrap();
    let image = format!("{}/maquette/guest", scene.world.registry);
    let spec = json!({"image": image, "version": "1.2.3", "limits": {"timeoutSeconds": 10}});
    scene.objects.apply(scene.world.plugin("guest", spec)).await;
    scene.wait_ready("Plugin", "guest").await;
}

/// The Provider of the tests with another plugin behind it.
fn turned(scene: &Scene, behaviour: &str) -> Value {
    let config = json!({"url": scene.dns.url, "behaviour": behaviour});
    scene.provider("corp-dns", &json!({"plugin": "guest", "config": config}))
}

/// An object says this in a condition that is False.
struct Told<'a> {
    kind: &'a str,
    name: &'a str,
    condition: &'a str,
}

/// The condition of the object is False for this reason, and the message says all of this.
async fn told(scene: &Scene, told: &Told<'_>, reason: &str, words: &[&str]) {
    let Told {
        kind,
        name,
        condition,
    } = told;
    let message = scene
        .until(
            &format!("{kind} {name} to tell {words:?}"),
            async || match scene.condition(kind, name, condition).await? {
                (status, told, message)
                    if status == "False"
                        && told == reason
                        && words.iter().all(|word| message.contains(word)) =>
                {
                    Ok(message)
                }
                other => Err(format!("{other:?}")),
            },
        )
        .await;
    println!("{kind} {name}: {reason}: {message}");
}

async fn name_of_record(scene: &Scene, host: &str) -> String {
    let records = scene.objects.list(MAQUETTE, "DNSRecord", NAMESPACE).await;
    let found = records
        .unwrap()
        .into_iter()
        .find(|record| record["spec"]["name"] == host);
    found.unwrap()["metadata"]["name"]
        .as_str()
        .unwrap()
        .to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_plugin_that_turns_hostile_is_told_with_what_to_do_harms_no_other_provider_and_loses_nothing()
 {
    let scene = Scene::start().await;
    let api = scene.world.pdns.api_url.clone();
    let other = json!({"config": {"url": api}, "egress": [api], "scope": {"zones": [OTHER_ZONE]}});
    scene
        .objects
        .apply(scene.provider("other-dns", &other))
        .await;
    scene.wait_ready("Provider", "other-dns").await;
    install_guest(&scene).await;
    let kept = "kept.preview.test";
    scene.objects.apply(routed("kept", kept)).await;
    scene.wait_ready("Workspace", "kept").await;
    let record = name_of_record(&scene, kept).await;

    for (number, (behaviour, reason, words)) in BEHAVIOURS.into_iter().enumerate() {
        scene.objects.apply(turned(&scene, behaviour)).await;
        scene.wait_ready("Provider", "corp-dns").await;
        // Both a record set that exists and one that is created; the same words reach the user of the new workspace.
        let (name, host) = (
            format!("new-{number}"),
            format!("new-{number}.preview.test"),
        );
        scene.objects.apply(routed(&name, &host)).await;
        let about = |kind, name, condition| Told {
            kind,
            name,
            condition,
        };
        let new = about("Workspace", &name, "Ready");
        told(&scene, &new, reason, words).await;
        if number == 0 {
            // A record set that is there stays Ready, and says after a minute that it cannot be compared.
            let kept = about("DNSRecord", &record, "Verified");
            told(&scene, &kept, reason, words).await;
        }
        let (kept_is_ready, ..) = scene.ready("Workspace", "kept").await.unwrap();
        assert_eq!(kept_is_ready, "True", "{behaviour}");
        other_record(&scene, &format!("other-{number}")).await;
        let here = format!("{kept}. A 192.0.2.10");
        assert!(
            scene.records().await.contains(&here),
            "{behaviour}: the record set of a Ready workspace was lost"
        );

        scene
            .objects
            .apply(scene.provider("corp-dns", &json!({})))
            .await;
        scene.wait_ready("Workspace", "kept").await;
        scene.wait_ready("Workspace", &name).await;
        let records = scene.records().await;
        assert!(
            records.contains(&format!("{host}. A 192.0.2.10")),
            "{behaviour}: {records:?}"
        );
    }
    scene.objects.delete(MAQUETTE, "Plugin", "", "guest").await;
    scene.finish().await;
}

/// The plugin writes it into its log, its last words and its error.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_secret_that_a_server_gives_back_is_in_no_object_event_log_or_metric() {
    let scene = Scene::start().await;
    install_guest(&scene).await;
    scene.dns.turn(Mood::Echoes);
    let told_back = turned(&scene, "tells-what-it-was-told");
    scene.objects.apply(told_back).await;
    let host = "told.preview.test";
    scene.objects.apply(routed("told", host)).await;
    let shown = scene
        .until("the workspace to tell what the server said", async || {
            let (_, _, message) = scene.ready("Workspace", "told").await?;
            if message.contains("key ***") {
                Ok(message)
            } else {
                Err(message)
            }
        })
        .await;
    println!("{shown}");

    let kinds = "plugins,providers,workspaces,components,dnsrecords,events";
    let everywhere = ["get", kinds, "--all-namespaces", "--output", "json"];
    let objects = scene.world.kubectl(&everywhere);
    let log = scene.operator.lock().unwrap().last_lines(1_000_000);
    let key = &scene.world.pdns.api_key;
    let coded = base64::engine::general_purpose::STANDARD.encode(key);
    let metrics = scene.metrics().await;
    assert!(
        metrics.contains("maquette_plugin_") && metrics.contains("corp-dns"),
        "the metrics do not count the calls: {metrics}"
    );
    for (what, text) in [("the objects", &objects), ("the log", &log)] {
        assert!(text.contains("key ***"), "{what} do not tell what was said");
    }
    for (what, text) in [
        ("the objects", objects),
        ("the log", log),
        ("the metrics", metrics),
    ] {
        assert!(!text.contains(key.as_str()), "{what} have the key");
        assert!(!text.contains(&coded), "{what} have the key in base64");
    }
    scene.dns.turn(Mood::Well);
    scene
        .objects
        .apply(scene.provider("corp-dns", &json!({})))
        .await;
    scene.wait_ready("Workspace", "told").await;
    scene.delete("Workspace", "told").await;
    scene.wait_nothing().await;
    scene.objects.delete(MAQUETTE, "Plugin", "", "guest").await;
    scene.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_record_deleted_while_its_plugin_loops_stays_until_the_plugin_can_remove_it() {
    let scene = Scene::start().await;
    install_guest(&scene).await;
    let host = "shop.preview.test";
    scene.objects.apply(routed("shop", host)).await;
    scene.wait_ready("Workspace", "shop").await;
    let record = name_of_record(&scene, host).await;
    scene.objects.apply(turned(&scene, "loops")).await;
    scene.wait_ready("Provider", "corp-dns").await;
    scene.delete("Workspace", "shop").await;
    let words = ["processor time", "cannot be removed", "to leave"];
    let deleted = Told {
        kind: "DNSRecord",
        name: &record,
        condition: "Ready",
    };
    told(&scene, &deleted, "PluginFailed", &words).await;
    assert_eq!(scene.records().await, [format!("{host}. A 192.0.2.10")]);

    let good = json!({"spec": {"plugin": "powerdns", "config": {"url": scene.dns.url, "behaviour": null}}});
    scene
        .objects
        .of(MAQUETTE, "Provider", "")
        .patch("corp-dns", &PatchParams::default(), &Patch::Merge(good))
        .await
        .unwrap();
    scene.wait_nothing().await;
    scene.objects.delete(MAQUETTE, "Plugin", "", "guest").await;
    scene.finish().await;
}

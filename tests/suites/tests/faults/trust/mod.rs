//! Who signed a plugin, where it comes from, and which of its versions is taken: through the operator, with a real registry
//! and real signatures, as far as the records that its providers write.

mod mirror;
mod signatures;
mod versions;

use maquette_host::Digest;
use serde_json::{Value, json};

use super::host::signing::Key;
use super::servers::other_record;
use super::support::Scene;
use super::support::objects::{MAQUETTE, condition};
use super::support::oci::{Repository, version};
use super::support::world::OTHER_ZONE;

const PLUGIN: &str = "Plugin";

/// The world's own plugin, which nobody signed, beside these policies.
fn trust(registry: &str, policies: &Value) -> Value {
    let mut all = vec![json!({"prefix": format!("{registry}/maquette"), "insecure": true})];
    all.extend(policies.as_array().unwrap().clone());
    json!({"unlisted": "Refuse", "policies": all})
}

/// Only this key suffices.
fn by_key(prefix: &str, key: &Key) -> Value {
    json!({"prefix": prefix, "keys": [key.0.public_key_pem()]})
}

/// A Plugin `signed` of this image, which is asked for every five seconds.
async fn apply(scene: &Scene, image: &str, fields: Value) {
    let mut spec = json!({"image": image, "intervalSeconds": 5});
    spec.as_object_mut()
        .unwrap()
        .extend(fields.as_object().unwrap().clone());
    scene
        .objects
        .apply(scene.world.plugin("signed", spec))
        .await;
}

/// A Provider `other-dns` with the Plugin `signed`, and these origins besides the server's.
async fn provide(scene: &Scene, more: &[&str]) {
    let api = scene.world.pdns.api_url.clone();
    let egress: Vec<&str> = [&*api].into_iter().chain(more.iter().copied()).collect();
    let fields = json!({
        "plugin": "signed", "config": {"url": api}, "egress": egress, "scope": {"zones": [OTHER_ZONE]},
    });
    let provider = scene.provider("other-dns", &fields);
    scene.objects.apply(provider).await;
}

/// The Provider runs this version, and writes with it.
async fn used(scene: &Scene, digest: &Digest, record: &str) {
    let what = format!("Provider other-dns to run {digest}");
    scene
        .until(&what, async || {
            let provider = scene.objects.get(MAQUETTE, "Provider", "", "other-dns");
            let provider = provider.await.unwrap();
            let ready = condition(&provider, "Ready").map(|(status, ..)| status == "True");
            if ready == Some(true) && provider["status"]["pluginDigest"] == digest.to_string() {
                return Ok(());
            }
            Err(provider["status"].to_string())
        })
        .await;
    other_record(scene, record).await;
}

/// Waits until the condition `UpToDate` of the Plugin has this reason, and returns its message and the status.
async fn told(scene: &Scene, reason: &str) -> (String, Value) {
    let (message, status) = scene
        .until(&format!("Plugin signed to tell {reason}"), async || {
            let plugin = scene.objects.get(MAQUETTE, PLUGIN, "", "signed").await;
            let plugin = plugin.unwrap();
            match condition(&plugin, "UpToDate") {
                Some((_, told, message)) if told == reason => {
                    Ok((message, plugin["status"].clone()))
                }
                _ => Err(plugin["status"].to_string()),
            }
        })
        .await;
    println!("{reason}: {message}");
    (message, status)
}

/// The Plugin and its Provider go, and what was written through it.
async fn clear(scene: &Scene) {
    for kind in ["DNSRecord", "Provider"] {
        let namespace = if kind == "Provider" {
            ""
        } else {
            super::support::scene::NAMESPACE
        };
        for object in scene.objects.list(MAQUETTE, kind, namespace).await.unwrap() {
            let name = object["metadata"]["name"].as_str().unwrap().to_owned();
            if kind == "DNSRecord" || name == "other-dns" {
                scene.delete(kind, &name).await;
            }
        }
    }
    scene.wait_nothing().await;
    scene
        .until("the provider to be gone", async || {
            match scene
                .objects
                .get(MAQUETTE, "Provider", "", "other-dns")
                .await
            {
                None => Ok(()),
                Some(left) => Err(left["status"].to_string()),
            }
        })
        .await;
    scene.objects.delete(MAQUETTE, PLUGIN, "", "signed").await;
}

/// Pushes a version under this tag, signed with the key.
async fn publish(
    repository: &Repository,
    component: &[u8],
    own: &str,
    tag: &str,
    hosts: &[&str],
    key: &Key,
) -> Digest {
    let digest = repository.push(&version(component, own, hosts), tag).await;
    repository.sign(&digest, &[key.signature(&digest)]).await;
    digest
}

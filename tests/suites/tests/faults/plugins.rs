//! References to plugins that cannot be used, and what becomes of them when they are corrected.

use maquette_harness::images::{Image, ImageConfig, Layer};
use serde_json::json;

use super::support::Scene;
use super::support::objects::MAQUETTE;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_plugin_that_cannot_be_used_tells_why_and_recovers_when_corrected() {
    let scene = Scene::start().await;
    let registry = &scene.world.registry;
    let image = Image::new(Layer::new(), ImageConfig::default());
    image.push(registry, "maquette/image", "1").await.unwrap();
    let digest = &scene.world.plugin_digest;
    let absent = format!("sha256:{}", "0a".repeat(32));
    for (what, spec, reason) in [
        ("no such tag", json!({"version": "9.9.9"}), "PluginNotFound"),
        (
            "no such repository",
            json!({"image": format!("{registry}/maquette/nothing"), "version": "0.1.0"}),
            "PluginNotFound",
        ),
        (
            "no such digest",
            json!({"digest": absent}),
            "PluginNotFound",
        ),
        (
            "not Wasm",
            json!({"image": format!("{registry}/maquette/image"), "version": "1"}),
            "PluginRefused",
        ),
        (
            "nobody listens",
            json!({"image": "127.0.0.1:1/maquette/powerdns", "version": "1"}),
            "RegistryUnavailable",
        ),
    ] {
        scene.objects.apply(scene.world.plugin("wrong", spec)).await;
        let message = scene.wait_reason("Plugin", "wrong", reason).await;
        println!("{what}: {reason}: {message}");
        scene
            .objects
            .apply(scene.world.plugin("wrong", json!({"digest": digest})))
            .await;
        scene.wait_ready("Plugin", "wrong").await;
        scene.objects.delete(MAQUETTE, "Plugin", "", "wrong").await;
    }
    scene.finish().await;
}

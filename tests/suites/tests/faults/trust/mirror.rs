//! A network that is cut off: plugins keep their names, come from a mirror with its own login, and have to be signed as before.

use serde_json::{Value, json};

use super::{PLUGIN, apply, by_key, clear, provide, told, trust, used};
use crate::host::signing::Key;
use crate::support::oci::{PASSWORD, Repository, USER, version};
use crate::support::{Scene, binaries, policy};

/// Nobody can resolve it (RFC 6761).
const IMAGE: &str = "plugins.invalid/team/powerdns";

fn login(registry: &str, password: &str) -> Value {
    let auths = json!({"auths": {registry: {"username": USER, "password": password}}});
    json!({
        "apiVersion": "v1", "kind": "Secret", "type": "kubernetes.io/dockerconfigjson",
        "metadata": {"name": "mirror-login", "namespace": "maquette-system"},
        "stringData": {".dockerconfigjson": auths.to_string()},
    })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_mirror_serves_a_plugin_under_its_own_name_with_the_mirrors_login_and_the_names_policy() {
    let key = Key::new();
    let mut mirror = None;
    let scene = Scene::start_in(async |world| {
        let repository = Repository::closed(&world.control_plane, "mirror/powerdns").await;
        let registry = &repository.registry;
        let policy = by_key("plugins.invalid/team", &key);
        let values = json!({
            "trust": trust(&world.registry, &json!([policy, {"prefix": registry, "insecure": true}])),
            "registries": {
                "rewrites": [{"prefix": "plugins.invalid/team", "to": format!("{registry}/mirror")}],
                "pullSecrets": [{"prefix": registry, "name": "mirror-login"}],
            },
        });
        let arguments = policy::arguments(world, &values);
        mirror = Some(repository);
        arguments
    })
    .await;
    let mirror = mirror.unwrap();
    let component = binaries::build_plugin("plugins/powerdns");
    let digest = mirror
        .push(&version(&component, "1.0.0", &[]), "1.0.0")
        .await;

    apply(&scene, IMAGE, json!({"version": "~1.0"})).await;
    let message = scene.wait_reason(PLUGIN, "signed", "Progressing").await;
    assert!(message.contains("mirror-login"), "{message}");
    scene
        .objects
        .apply(login(&mirror.registry, "guessed"))
        .await;
    scene
        .wait_reason(PLUGIN, "signed", "RegistryUnauthorized")
        .await;
    scene.objects.apply(login(&mirror.registry, PASSWORD)).await;
    // The mirror's own prefix asks for nothing; the plugin's name does.
    scene
        .wait_reason(PLUGIN, "signed", "SignatureMissing")
        .await;
    mirror.sign(&digest, &[key.signature(&digest)]).await;
    scene.wait_ready(PLUGIN, "signed").await;

    let (_, status) = told(&scene, "UpToDate").await;
    assert_eq!(status["image"], IMAGE);
    assert_eq!(status["pulledFrom"], mirror.image());
    provide(&scene, &[]).await;
    used(&scene, &digest, "mirrored").await;
    let told = scene.world.kubectl(&[
        "get",
        "maquette,events",
        "--all-namespaces",
        "--output=json",
    ]);
    assert!(!told.contains(PASSWORD), "an object tells the login");
    clear(&scene).await;
    scene
        .objects
        .delete("v1", "Secret", "maquette-system", "mirror-login")
        .await;
    scene.finish().await;
}

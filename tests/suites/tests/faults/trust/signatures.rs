//! Only what is signed by who is required runs.

use serde_json::{Value, json};

use super::{PLUGIN, apply, by_key, clear, provide, told, trust, used};
use crate::host::signing::{ISSUER, Key, LOGGED_AT, Sigstore};
use crate::support::objects::{MAQUETTE, condition};
use crate::support::oci::{Repository, version};
use crate::support::{Scene, binaries, operator, policy};

const WORKFLOW: &str = "https://forge.example/team/plugin/.ci/release.yaml@refs/tags/v1";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_plugin_runs_only_while_who_is_required_signed_it() {
    let (key, stranger) = (Key::new(), Key::new());
    let policies = |registry: &str, key: &Key| {
        let policy = by_key(&format!("{registry}/signed"), key);
        json!({"trust": trust(registry, &json!([policy]))})
    };
    let scene =
        Scene::start_in(async |world| policy::arguments(world, &policies(&world.registry, &key)))
            .await;
    let registry = scene.world.registry.clone();
    let repository = Repository::open(&registry, "signed/powerdns");
    let component = binaries::build_plugin("plugins/powerdns");
    let digest = repository
        .push(&version(&component, "1.0.0", &[]), "1.0.0")
        .await;
    provide(&scene, &[]).await;

    apply(&scene, &repository.image(), json!({"version": "1.0.0"})).await;
    let message = scene
        .wait_reason(PLUGIN, "signed", "SignatureMissing")
        .await;
    assert!(message.contains(&key.public().to_string()), "{message}");
    scene
        .wait_reason("Provider", "other-dns", "PluginNotReady")
        .await;

    repository
        .sign(&digest, &[stranger.signature(&digest)])
        .await;
    let message = scene
        .wait_reason(PLUGIN, "signed", "SignatureInvalid")
        .await;
    assert!(message.contains("a key that is not listed"), "{message}");

    let both = [stranger.signature(&digest), key.signature(&digest)];
    repository.sign(&digest, &both).await;
    scene.wait_ready(PLUGIN, "signed").await;
    used(&scene, &digest, "signed").await;
    let (_, status) = told(&scene, "UpToDate").await;
    assert_eq!(status["signedBy"], json!([key.public().to_string()]));

    // Another policy judges what runs anew: what is not signed by its key ends, and serves nobody.
    operator::terminate(&scene.operator.lock().unwrap());
    let other = policy::arguments(&scene.world, &policies(&registry, &Key::new()));
    scene.start_again_with(&other.iter().map(String::as_str).collect::<Vec<_>>());
    scene
        .wait_reason(PLUGIN, "signed", "SignatureInvalid")
        .await;
    scene
        .wait_reason("Provider", "other-dns", "PluginNotReady")
        .await;
    operator::terminate(&scene.operator.lock().unwrap());
    let again = policy::arguments(&scene.world, &policies(&registry, &key));
    scene.start_again_with(&again.iter().map(String::as_str).collect::<Vec<_>>());
    used(&scene, &digest, "again").await;

    // Nothing is said of this repository.
    let unlisted = Repository::open(&registry, "unlisted/powerdns");
    apply(&scene, &unlisted.image(), json!({"version": "1.0.0"})).await;
    let message = scene
        .wait_reason(PLUGIN, "signed", "RegistryNotTrusted")
        .await;
    assert!(message.contains("trust.policies"), "{message}");
    clear(&scene).await;
    scene.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_plugin_that_names_its_signers_runs_only_when_they_signed_beside_who_is_required() {
    let (required, own) = (Key::new(), Key::new());
    let scene = Scene::start_in(async |world| {
        let policy = by_key(&format!("{}/own", world.registry), &required);
        let document = json!({"trust": trust(&world.registry, &json!([policy]))});
        policy::arguments(world, &document)
    })
    .await;
    let repository = Repository::open(&scene.world.registry.clone(), "own/powerdns");
    let component = binaries::build_plugin("plugins/powerdns");
    let pushed = version(&component, "1.0.0", &[]);
    let digest = repository.push(&pushed, "1.0.0").await;
    let required_one = required.signature(&digest);
    repository
        .sign(&digest, std::slice::from_ref(&required_one))
        .await;
    let secret = |pem: &str| {
        json!({
            "apiVersion": "v1", "kind": "Secret",
            "metadata": {"name": "own-signer", "namespace": "maquette-system"},
            "stringData": {"cosign.pub": pem},
        })
    };
    let verify =
        json!({"cosign": {"keys": [{"secretRef": {"name": "own-signer", "key": "cosign.pub"}}]}});
    let fields = json!({"version": "1.0.0", "verify": verify});
    apply(&scene, &repository.image(), fields).await;

    let message = scene.wait_reason(PLUGIN, "signed", "Progressing").await;
    assert!(
        message.contains("spec.verify.cosign.keys[0].secretRef")
            && message.contains("kubectl create secret generic own-signer"),
        "{message}"
    );
    scene.objects.apply(secret("canary, and no key")).await;
    let message = scene.wait_reason(PLUGIN, "signed", "InvalidSpec").await;
    assert!(
        message.contains("cosign.pub") && !message.contains("canary"),
        "{message}"
    );

    // Who is required by the policy signed it; whom the Plugin names did not.
    scene.objects.apply(secret(&own.0.public_key_pem())).await;
    let message = scene
        .wait_reason(PLUGIN, "signed", "SignatureInvalid")
        .await;
    assert!(
        message.contains(&format!("and not by {}", own.public()))
            && message.contains("add it to what is verified"),
        "{message}"
    );
    // And the other way round: the Plugin's own signer does not stand for the policy's.
    let own_one = own.signature(&digest);
    repository
        .sign(&digest, std::slice::from_ref(&own_one))
        .await;
    scene
        .until("the policy's signer to be missed", async || {
            let plugin = scene
                .objects
                .get(MAQUETTE, PLUGIN, "", "signed")
                .await
                .unwrap();
            let missed = format!("and not by {}", required.public());
            match condition(&plugin, "Ready") {
                Some((_, _, message)) if message.contains(&missed) => Ok(()),
                _ => Err(plugin["status"].to_string()),
            }
        })
        .await;
    repository.sign(&digest, &[required_one, own_one]).await;
    scene.wait_ready(PLUGIN, "signed").await;
    let (_, status) = told(&scene, "UpToDate").await;
    let names = [required.public(), own.public()].map(|key| key.to_string());
    assert_eq!(status["signedBy"], json!(names));
    clear(&scene).await;
    scene.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_plugin_signed_without_a_key_runs_where_its_identity_is_required() {
    let sigstore = Sigstore::new();
    let keyless = |registry: &str, subject: Value| {
        let mut identity = json!({"issuer": ISSUER});
        identity["subjectPattern"] = subject;
        json!([{"prefix": format!("{registry}/keyless"), "keyless": [identity]}])
    };
    let scene = Scene::start_in(async |world| {
        let pattern = json!(r"https://forge\.example/team/plugin/.+@refs/tags/v.+");
        let mut trust = trust(&world.registry, &keyless(&world.registry, pattern));
        trust["root"] = json!(sigstore.trusted_root().to_string());
        policy::arguments(world, &json!({"trust": trust}))
    })
    .await;
    let repository = Repository::open(&scene.world.registry, "keyless/powerdns");
    let component = binaries::build_plugin("plugins/powerdns");
    let digest = repository
        .push(&version(&component, "1.0.0", &[]), "1.0.0")
        .await;
    apply(&scene, &repository.image(), json!({"version": "1.0.0"})).await;

    for (signature, reason, words) in [
        (
            sigstore.signature(&digest, "https://forge.example/other/x", LOGGED_AT),
            "SignatureInvalid",
            "https://forge.example/other/x",
        ),
        (
            // Logged long after its certificate's ten minutes.
            sigstore.signature(&digest, WORKFLOW, LOGGED_AT + 864_000),
            "SignatureInvalid",
            WORKFLOW,
        ),
        (
            Sigstore::new().signature(&digest, WORKFLOW, LOGGED_AT),
            "SignatureInvalid",
            WORKFLOW,
        ),
    ] {
        repository.sign(&digest, &[signature]).await;
        let what = format!("Plugin signed to tell {words}");
        scene
            .until(&what, async || {
                match scene.ready(PLUGIN, "signed").await? {
                    (_, told, message) if told == reason && message.contains(words) => Ok(()),
                    other => Err(format!("{other:?}")),
                }
            })
            .await;
    }
    let good = sigstore.signature(&digest, WORKFLOW, LOGGED_AT);
    repository.sign(&digest, &[good]).await;
    scene.wait_ready(PLUGIN, "signed").await;
    let (_, status) = told(&scene, "UpToDate").await;
    assert_eq!(
        status["signedBy"],
        json!([format!("{WORKFLOW} (issuer {ISSUER})")])
    );
    provide(&scene, &[]).await;
    used(&scene, &digest, "keyless").await;
    clear(&scene).await;
    scene.finish().await;
}

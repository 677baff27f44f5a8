//! Tunnels of `plugins/cloudflare`, run by the operator at the stand-in for Cloudflare. No cloudflared connects there: the
//! test says in its stead who is connected.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use maquette_plugin_testing::http;
use serde_json::{Value, json};

use super::support::edge::{OPERATORS, connectors};
use super::support::objects::MAQUETTE;
use super::support::scene::NAMESPACE;
use super::support::{Scene, binaries};
use super::workspaces::routed;

#[path = "../../../../plugins/cloudflare/tests/support/stand_in.rs"]
#[allow(
    dead_code,
    clippy::expect_used,
    reason = "the plugin's own tests use all of it, and a test that panics has failed"
)]
mod stand_in;

use stand_in::{FULL, StandIn, ZONE};

const IMAGE: &str = "registry.test/cloudflared:1";
const HOST: &str = "web.preview.test";

/// Plugin, credential and Provider: record sets and tunnels of one account.
async fn provide(scene: &Scene, stand_in: &StandIn) {
    let registry = scene.world.registry.clone();
    let publish = move || binaries::publish_plugin(&registry, "plugins/cloudflare", "cloudflare");
    tokio::task::spawn_blocking(publish).await.unwrap();
    let image = format!("{}/maquette/cloudflare", scene.world.registry);
    let plugin = scene
        .world
        .plugin("cloudflare", json!({"image": image, "version": "0.1.0"}));
    scene.objects.apply(plugin).await;
    let secret = json!({
        "apiVersion": "v1", "kind": "Secret", "metadata": {"name": "cloudflare", "namespace": OPERATORS},
        "stringData": {"token": FULL},
    });
    scene.objects.apply(secret).await;
    let provider = json!({
        "apiVersion": MAQUETTE, "kind": "Provider", "metadata": {"name": "cloudflare"},
        "spec": {
            "plugin": "cloudflare",
            "config": {"endpoint": stand_in.url(), "accountId": stand_in.account, "image": IMAGE},
            "credentials": {"token": {"secretRef": {"name": "cloudflare", "key": "token"}}},
            "egress": [stand_in.url()], "connector": {"images": ["registry.test/cloudflared"]},
            "scope": {"zones": [ZONE]}, "intervalSeconds": 5,
        },
    });
    scene.objects.apply(provider).await;
    scene.wait_ready("Provider", "cloudflare").await;
}

fn workspace() -> Value {
    let mut workspace = routed("shop", HOST);
    let networking = &mut workspace["spec"]["networking"];
    networking.as_object_mut().unwrap().remove("gateway");
    networking["tunnel"] = json!({"provider": "cloudflare"});
    networking["dns"] = json!({"provider": "cloudflare", "zone": ZONE});
    workspace
}

/// Names, types and contents of all records at the stand-in, in this answer of it.
fn records(told: &Value) -> Vec<String> {
    let records = told["records"].as_array().unwrap().iter();
    let text = |one: &Value, field: &str| one[field].as_str().unwrap().to_owned();
    records
        .map(|one| {
            let (name, kind) = (text(one, "name"), text(one, "type"));
            format!("{name} {kind} {}", text(one, "content"))
        })
        .collect()
}

/// The one tunnel there: its identifier, and what the stand-in has of it.
fn tunnel(told: &Value) -> Option<(String, Value)> {
    let mut tunnels = told["tunnels"].as_object().unwrap().iter();
    let (id, one) = tunnels.next()?;
    assert!(tunnels.next().is_none(), "doubled: {told}");
    (one["gone"] == false).then(|| (id.clone(), one.clone()))
}

/// The objects that run the connector: what its container is, and its credentials file.
async fn connector(scene: &Scene) -> Option<(Value, Value)> {
    let marked = |one: &Value| one["metadata"]["labels"]["maquette.dev/tunnel"].is_string();
    let found = scene.objects.list("apps/v1", "Deployment", OPERATORS).await;
    let deployment = found.unwrap().into_iter().find(marked)?;
    let pod = &deployment["spec"]["template"]["spec"];
    let files = pod["volumes"][0]["secret"]["secretName"].as_str().unwrap();
    let files = scene.objects.get("v1", "Secret", OPERATORS, files).await?;
    let file = STANDARD.decode(files["data"]["file-0"].as_str().unwrap());
    let file = serde_json::from_slice(&file.unwrap()).unwrap();
    Some((pod["containers"][0].clone(), file))
}

async fn tunnel_says(scene: &Scene) -> Result<(String, String), String> {
    let tunnels = scene.objects.list(MAQUETTE, "Tunnel", NAMESPACE).await?;
    let name = tunnels.first().ok_or("there is none")?["metadata"]["name"].clone();
    let (_, reason, message) = scene.ready("Tunnel", name.as_str().unwrap()).await?;
    Ok((reason, message))
}

/// What is there of the tunnel goes only after what leads to it.
async fn assert_order(scene: &Scene, stand_in: &StandIn) {
    // The later is looked at first, because everything only goes.
    let runs = connector(scene).await.is_some();
    let told = stand_in.tell(&json!({}));
    let (names, Some((_, tunnel))) = (records(&told), tunnel(&told)) else {
        panic!("the tunnel went before its connections: {told}");
    };
    let routes = tunnel["config"]["ingress"].as_array().unwrap().len() - 1;
    assert!(
        routes > 0 || names.is_empty(),
        "routes went before {names:?}"
    );
    assert!(runs || routes == 0, "the connector went before the routes");
}

/// The connector is cloudflared as the plugin wants it, with the credentials that the stand-in has.
async fn assert_connector(scene: &Scene, stand_in: &StandIn, id: &str, kept: &Value) {
    let (container, file) = connector(scene).await.unwrap();
    assert_eq!(container["image"], IMAGE);
    let run = [
        "tunnel",
        "--no-autoupdate",
        "--metrics",
        "0.0.0.0:2000",
        "run",
    ];
    let file_path = &container["volumeMounts"][0]["mountPath"];
    let mut arguments: Vec<Value> = run.map(Value::from).into();
    arguments.extend([json!("--credentials-file"), file_path.clone(), json!(id)]);
    assert_eq!(container["args"], json!(arguments));
    assert_eq!(container["readinessProbe"]["httpGet"]["path"], "/ready");
    assert_eq!(
        file,
        json!({"AccountTag": stand_in.account, "TunnelSecret": kept["secret"], "TunnelID": id})
    );
}

/// Objects, but Secrets, and the log have none of these.
fn assert_secret(scene: &Scene, secrets: &[&str]) {
    let kinds = "maquette,deployments,events";
    let everywhere = ["get", kinds, "--all-namespaces", "--output", "json"];
    let objects = scene.world.kubectl(&everywhere);
    let log = scene.operator.lock().unwrap().last_lines(1_000_000);
    for secret in secrets {
        assert!(
            !objects.contains(secret) && !log.contains(secret),
            "a secret is told"
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_operator_keeps_a_tunnel_at_cloudflare_and_takes_it_down_in_order_when_nobody_is_connected()
 {
    let scene = Scene::start().await;
    let stand_in = StandIn::start();
    let before = records(&stand_in.tell(&json!({})));
    assert_eq!(before, [""; 0]);
    provide(&scene, &stand_in).await;

    scene.objects.apply(workspace()).await;
    let said = scene
        .until(
            "the tunnel to wait for its connector",
            async || match tunnel_says(&scene).await? {
                (reason, message)
                    if reason == "ConnectorNotReady" && message.contains("no connection") =>
                {
                    Ok(message)
                }
                other => Err(format!("{other:?}")),
            },
        )
        .await;
    println!("{said}");
    let told = stand_in.tell(&json!({}));
    assert_eq!(
        records(&told),
        [""; 0],
        "a name leads to what is not connected"
    );
    let (id, kept) = tunnel(&told).unwrap();
    assert_eq!(
        kept["config"]["ingress"],
        json!([
            {"hostname": HOST, "service": format!("http://shop-web.{NAMESPACE}.svc:80")},
            {"service": "http_status:404"},
        ])
    );
    assert_connector(&scene, &stand_in, &id, &kept).await;

    // Connected, and coming back whenever it is disconnected.
    stand_in.tell(&json!({"tunnel": id, "clients": [4], "running": true}));
    scene.wait_ready("Workspace", "shop").await;
    let (reason, _) = tunnel_says(&scene).await.unwrap();
    assert_eq!(reason, "Ready");
    let told = stand_in.tell(&json!({}));
    let alias = format!("{HOST} CNAME {id}.cfargotunnel.com");
    assert!(records(&told).contains(&alias), "{told}");
    assert_eq!(told["tunnelWrites"], 2, "made, and its routes set: {told}");
    assert_secret(&scene, &[FULL, kept["secret"].as_str().unwrap()]);

    scene.delete("Workspace", "shop").await;
    let held = scene
        .until(
            "Cloudflare to refuse while somebody is connected",
            async || {
                assert_order(&scene, &stand_in).await;
                match tunnel_says(&scene).await? {
                    (_, message) if message.contains("active connections") => Ok(message),
                    other => Err(format!("{other:?}")),
                }
            },
        )
        .await;
    println!("{held}");
    assert!(connector(&scene).await.is_none());
    let told = stand_in.tell(&json!({}));
    assert!(
        told["disconnected"].as_u64().unwrap() > 0,
        "nobody was disconnected"
    );
    stand_in.tell(&json!({"tunnel": id, "clients": []}));
    scene.wait_nothing().await;
    let told = stand_in.tell(&json!({}));
    assert_eq!((tunnel(&told), records(&told)), (None, before));
    assert_eq!(connectors(&scene).await.unwrap(), [""; 0]);

    scene
        .objects
        .delete(MAQUETTE, "Provider", "", "cloudflare")
        .await;
    scene
        .objects
        .delete(MAQUETTE, "Plugin", "", "cloudflare")
        .await;
    scene
        .objects
        .delete("v1", "Secret", OPERATORS, "cloudflare")
        .await;
    scene.finish().await;
}

use maquette_host::{CallError, PluginError, kinds::{
    builder::{Build, Destination, Ending, Failure, Fault, Parameter, Verdict},
    bundler::{Binding, BindingTarget, File, Module, ModuleType, Worker},
    delivery::{App, Chart, Health, OciChart},
}};
use serde_json::json;

use crate::support::{call, provider, refused};

fn build(revision: &str) -> Build {
    Build {
        repository: "https://git.example.com/shop/web".into(),
        revision: revision.into(),
        depth: Some(1),
        context_dir: Some("web".into()),
        dockerfile: Some("Dockerfile".into()),
        target: None,
        args: vec![Parameter {
            name: "MODE".into(),
            value: "test".into(),
        }],
        platforms: vec!["linux/arm64".into()],
        destinations: vec![Destination {
            repository: "registry.example.com/shop/web".into(),
            tags: vec!["dev".into()],
        }],
        cache: None,
        secrets: vec!["npm".into()],
        secrets_dir: "/secrets".into(),
        docker_config_dir: "/docker".into(),
        git_credential_dir: Some("/git".into()),
        timeout_seconds: 600,
    }
}

#[tokio::test]
async fn a_build_is_planned_and_its_ending_read() {
    let builder = provider().await.builder().unwrap();
    let job = builder.plan(&call(), &build("f00")).await.unwrap();
    assert_eq!(job.cache_key, "f00");
    for part in [
        "depth: Some(1)",
        "\"MODE\"",
        "linux/arm64",
        "tags: [\"dev\"]",
        "secrets-dir: \"/secrets\"",
        "git-credential-dir: Some(\"/git\")",
        "timeout-seconds: 600",
    ] {
        assert!(job.files[0].content.contains(part), "{part}: {job:?}");
    }
    let ending = |exit_code| Ending {
        exit_code,
        termination_message: "said".into(),
        reason: Some("OOMKilled".into()),
        log_tail: "last".into(),
    };
    let made = builder
        .interpret(&call(), &build("f00"), &ending(Some(0)))
        .await;
    let Verdict::Images(images) = made.unwrap() else {
        panic!("no images")
    };
    assert_eq!(images[0].digest, format!("sha256:{}", "c".repeat(64)));
    let failed = builder
        .interpret(&call(), &build("f00"), &ending(Some(-9)))
        .await;
    assert_eq!(
        failed.unwrap(),
        Verdict::Failed(Failure {
            reason: "StepOutOfMemory".into(),
            fault: Fault::Platform,
            message: "Ending { exit-code: Some(-9), termination-message: \"said\", reason: Some(\"OOMKilled\"), \
                      log-tail: \"last\" }"
                .into(),
        })
    );
    let text = refused(builder.plan(&call(), &build("unnamed")).await);
    assert!(text.contains("with the container `build`"), "{text}");
    let text = refused(builder.plan(&call(), &build("")).await);
    assert!(text.contains("`cache-key` is empty"), "{text}");
    let nowhere = Build {
        destinations: vec![],
        ..build("f00")
    };
    let text = refused(builder.interpret(&call(), &nowhere, &ending(Some(0))).await);
    assert!(text.contains("`elsewhere` is no destination"), "{text}");
}

#[tokio::test]
async fn modules_and_files_keep_their_bytes() {
    let bundler = provider().await.bundler().unwrap();
    let worker = |name: &str| Worker {
        name: name.into(),
        modules: vec![Module {
            name: "main.js".into(),
            kind: ModuleType::EsModule,
            content: vec![0, 255, 10],
        }],
        main_module: "main.js".into(),
        compatibility_date: "2026-01-01".into(),
        compatibility_flags: vec![],
        bindings: vec![Binding {
            name: "KV".into(),
            target: BindingTarget::KeyValue("http://kv".into()),
        }],
        hostnames: vec![],
    };
    let content = bundler.bundle(&call(), &[worker("hello")]).await.unwrap();
    assert_eq!(
        content.layers,
        [[File {
            path: "workers/hello.js".into(),
            content: vec![0, 255, 10],
            executable: true
        }]]
    );
    let shown = &content.entrypoint[0];
    assert!(shown.contains("KeyValue(\"http://kv\")"), "{shown}");
    assert_eq!(
        (content.ports, content.env_from),
        (vec![8080], vec!["TOKEN".into()])
    );
    let text = refused(bundler.bundle(&call(), &[worker("escapes")]).await);
    assert!(text.contains("`../worker.js` is not a path"), "{text}");
}

#[tokio::test]
async fn manifests_are_objects_of_declared_kinds_with_a_name() {
    let delivery = provider().await.delivery().unwrap();
    let app = |name: &str| App {
        name: name.into(),
        namespace: "gitops".into(),
        release: name.into(),
        target_namespace: "shop".into(),
        own_namespace: false,
        cluster: None,
        chart: Chart::Oci(OciChart {
            repository: "registry.example.com/web".into(),
            version: "~1.2".into(),
        }),
        chart_secret: None,
        values: "{}".into(),
        secret_values: vec![],
        timeout_seconds: 300,
        removing: false,
    };
    let manifests = delivery.render(&call(), &app("web")).await.unwrap();
    let expected = json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "web"}});
    assert_eq!(manifests, [expected]);
    for (name, expected) in [
        ("nameless", "no `/metadata/name`"),
        ("garbled", "a manifest is no JSON"),
        ("rules", "does not declare the kind `ClusterRole` of rbac.authorization.k8s.io/v1"),
    ] {
        let text = refused(delivery.render(&call(), &app(name)).await);
        assert!(text.contains(expected), "{text}");
    }
    for values in ["replicas: 2", "[]", ""] {
        let wrong = App {
            values: values.into(),
            ..app("web")
        };
        let refused = delivery.render(&call(), &wrong).await;
        assert!(
            matches!(&refused, Err(CallError::Plugin(PluginError::Invalid { path, .. })) if path == "values"),
            "{refused:?}"
        );
    }
    let found = delivery.assess(&call(), &app("web"), &manifests).await;
    let found = found.unwrap();
    assert_eq!(
        (found.health, found.reason.as_str()),
        (Health::Suspended, "Paused")
    );
    assert_eq!(found.urls, ["https://shop.example.com"]);
    assert!(
        found.message.contains("target-namespace: \"shop\""),
        "{found:?}"
    );
    assert!(found.message.contains("ConfigMap"), "{found:?}");
}

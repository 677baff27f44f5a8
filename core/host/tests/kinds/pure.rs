use maquette_host::{
    CallError, PluginError,
    kinds::{
        builder::{
            Build, Destination, Ended, Ending, Fault, Login as BuildLogin, Source as SourceCode,
            Verdict,
        },
        delivery::{App, Chart, Health, OciChart},
        shared::Pair,
    },
};
use serde_json::json;

use crate::support::{call, provider, refused};

fn build(revision: &str) -> Build {
    Build {
        source: SourceCode {
            repository: "https://git.example.com/shop/web".into(),
            revision: revision.into(),
            reference: Some("refs/pull/7/head".into()),
            depth: Some(1),
            submodules: false,
            large_files: true,
            login: BuildLogin::Key,
        },
        context_dir: Some("web".into()),
        dockerfile: Some("Dockerfile".into()),
        target: None,
        args: vec![Pair {
            name: "MODE".into(),
            value: "test".into(),
        }],
        labels: vec![],
        platforms: vec!["linux/amd64".into(), "linux/arm64".into()],
        destinations: vec![Destination {
            repository: "registry.example.com/shop/web".into(),
            tags: vec!["dev".into()],
        }],
        cache_from: vec!["registry.example.com/cache:main".into()],
        cache_to: None,
        secrets: vec![],
        registries: vec![],
        source_date_epoch: Some(0),
        timeout_seconds: 600,
    }
}

#[tokio::test]
async fn a_build_is_planned_and_its_ending_read() {
    let builder = provider().await.builder().unwrap();
    let plan = builder.plan(&call(), &build("f00")).await.unwrap();
    let job = &plan.jobs[0].job;
    for part in [
        "depth: Some(1)",
        "ref: Some(\"refs/pull/7/head\")",
        "Login::Key",
        "\"MODE\"",
        "linux/arm64",
        "tags: [\"dev\"]",
        "cache-from: [\"registry.example.com/cache:main\"]",
        "source-date-epoch: Some(0)",
    ] {
        assert!(job.files[0].content.contains(part), "{part}: {job:?}");
    }
    let again = builder.plan(&call(), &build("f00")).await.unwrap();
    assert_eq!(again.cache_key, plan.cache_key);
    let other = builder.plan(&call(), &build("several")).await.unwrap();
    assert_ne!(other.cache_key, plan.cache_key);
    assert_eq!(other.jobs[1].job.platform.as_deref(), Some("linux/arm64"));
    for revision in ["one-too-many", "nothing"] {
        let text = refused(builder.plan(&call(), &build(revision)).await);
        assert!(
            text.contains("neither one job nor one for each platform"),
            "{text}"
        );
    }
    let text = refused(builder.plan(&call(), &build("unnamed")).await);
    assert!(text.contains("there is no container `build`"), "{text}");

    let ending = |exit_code| Ending {
        containers: vec![Ended {
            name: "clone".into(),
            exit_code,
            reason: Some("OOMKilled".into()),
            termination_message: "said".into(),
            log_tail: "last".into(),
        }],
        reason: Some("Evicted".into()),
        message: "the node was low on memory".into(),
    };
    let made = builder
        .interpret(&call(), &build("f00"), 0, &ending(Some(0)))
        .await;
    let Verdict::Images(images) = made.unwrap() else {
        panic!("no images")
    };
    assert_eq!(images[0].digest, format!("sha256:{}", "c".repeat(64)));
    let failed = builder
        .interpret(&call(), &build("f00"), 1, &ending(Some(-9)))
        .await;
    let Verdict::Failed(failed) = failed.unwrap() else {
        panic!("images")
    };
    assert_eq!(
        (failed.fault, failed.container.as_deref()),
        (Fault::Passing, Some("clone"))
    );
    for part in ["1: ", "exit-code: Some(-9)", "low on memory", "OOMKilled"] {
        assert!(failed.message.contains(part), "{failed:?}");
    }
    let nowhere = Build {
        destinations: vec![],
        ..build("f00")
    };
    let text = refused(
        builder
            .interpret(&call(), &nowhere, 0, &ending(Some(0)))
            .await,
    );
    assert!(text.contains("`elsewhere` is no destination"), "{text}");
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
        (
            "rules",
            "does not declare the kind `ClusterRole` of rbac.authorization.k8s.io/v1",
        ),
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

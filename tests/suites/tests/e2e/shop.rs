//! The shop of `examples/`: up in the order of its dependencies, reached by its name, and down again in reverse.

use std::time::Duration;

use crate::support::history::condition;
use crate::support::{History, Place, dns, manifests};

const KINDS: [&str; 6] = [
    "StatefulSet",
    "Job",
    "Deployment",
    "Component",
    "DNSRecord",
    "HTTPRoute",
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_shop_comes_up_in_the_order_of_its_dependencies_answers_at_its_name_and_goes_in_reverse()
 {
    let place = Place::new("shop").await;
    let shop = place.workspace("shop");
    let history = History::record(&place, &KINDS).await;

    shop.apply(&manifests::shop()).await;
    kubectl(
        &place,
        &[
            "wait",
            "--for=condition=Ready",
            &format!("workspace/{}", shop.name),
            "--timeout=120s",
        ],
    )
    .await;

    let (redis, migrate, web) = (
        shop.object("redis"),
        shop.object("migrate"),
        shop.object("web"),
    );
    let redis_ready = history
        .when("StatefulSet", &redis, |object| {
            object["status"]["readyReplicas"] == 1
        })
        .await;
    let job_made = history.made("Job", &migrate).await;
    let job_done = history
        .when("Job", &migrate, |object| condition(object, "Complete"))
        .await;
    let web_made = history.made("Deployment", &web).await;
    assert!(
        redis_ready < job_made,
        "the Job was made before redis was ready"
    );
    assert!(
        job_done < web_made,
        "the web service was made before the Job had ended"
    );

    dns::resolve(&place.cluster, &shop.host()).await;
    shop.answers(&shop.host(), "visits: 1").await;
    shop.answers(&shop.host(), "visits: 2").await;
    let status = shop.get().await.status.unwrap();
    assert_eq!(status.ready.as_deref(), Some("3/3"));
    assert!(status.url.unwrap().contains(&shop.host()));

    let route = the_only(&place, "httproute").await;
    let record = the_only(&place, "dnsrecord").await;
    // kubectl returns when the workspace is gone.
    kubectl(
        &place,
        &["delete", "workspace", &shop.name, "--timeout=120s"],
    )
    .await;
    shop.gone().await;
    let order = [
        history.gone("DNSRecord", &record).await,
        history.gone("HTTPRoute", &route).await,
        history.gone("Component", &web).await,
        history.gone("Component", &migrate).await,
        history.gone("Component", &redis).await,
    ];
    assert!(
        order.is_sorted(),
        "record, route, web, migrate, redis were gone at the revisions {order:?}"
    );
}

async fn the_only(place: &Place, kind: &str) -> String {
    let names = kubectl(place, &["get", kind, "--output=name"]).await;
    let names: Vec<&str> = names.lines().collect();
    assert_eq!(names.len(), 1, "{names:?}");
    names[0].rsplit('/').next().unwrap().to_owned()
}

/// Beside the watches of the test, which go on meanwhile.
async fn kubectl(place: &Place, arguments: &[&str]) -> String {
    let cluster = place.cluster.clone();
    let arguments: Vec<String> = ["--namespace", &place.namespace]
        .iter()
        .chain(arguments)
        .map(|argument| (*argument).to_owned())
        .collect();
    let run = tokio::task::spawn_blocking(move || {
        cluster.kubectl(&arguments.iter().map(String::as_str).collect::<Vec<_>>())
    });
    tokio::time::timeout(Duration::from_mins(3), run)
        .await
        .unwrap()
        .unwrap()
        .unwrap()
}

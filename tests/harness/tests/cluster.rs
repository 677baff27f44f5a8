//! The whole cluster: pods, services, names, routes and records, by really using them.

#![expect(clippy::unwrap_used, reason = "a test ends by panicking")]

use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use maquette_harness::cluster::IMAGE_HOST;
use maquette_harness::{Cluster, Component, Options, http, images, wait_for};

const SOON: Duration = Duration::from_mins(1);

/// A namespace of one test with the probe's server in it; deleted when dropped.
struct Bench {
    cluster: Cluster,
    namespace: String,
}

impl Bench {
    async fn new() -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let cluster = Cluster::up(Options::default()).await.unwrap();
        let namespace = format!(
            "bench-{}-{}",
            std::process::id(),
            NUMBER.fetch_add(1, Ordering::Relaxed)
        );
        cluster
            .kubectl(&["create", "namespace", &namespace])
            .unwrap();
        let image =
            images::from_binary_with_libs(Path::new(env!("CARGO_BIN_EXE_maquette-probe"))).unwrap();
        image.push(cluster.registry(), "probe", "1").await.unwrap();
        Self { cluster, namespace }
    }

    fn apply(&self, manifests: &str) {
        self.cluster
            .apply(&manifests.replace("NAMESPACE", &self.namespace))
            .unwrap();
    }

    /// Applies a server pod `web` with a readiness probe and a Service `web`, and waits until the pod is Ready.
    async fn serve(&self, text: &str) {
        self.apply(
            &SERVER
                .replace("TEXT", text)
                .replace("IMAGE_HOST", IMAGE_HOST),
        );
        self.until(
            "the pod to be Ready",
            "pod",
            "web",
            "{.status.conditions[?(@.type=='Ready')].status}",
            "True",
        )
        .await;
    }

    /// Waits until a field of an object has a value.
    async fn until(&self, what: &str, kind: &str, name: &str, path: &str, value: &str) {
        let output = format!("jsonpath={path}");
        let waited = wait_for(what, SOON, async || {
            let arguments = [
                "get",
                kind,
                name,
                "--namespace",
                &self.namespace,
                "--output",
                &output,
            ];
            match self
                .cluster
                .kubectl(&arguments)
                .map_err(|error| error.to_string())?
            {
                found if found == value => Ok(()),
                found => Err(format!("{path} is `{found}`")),
            }
        })
        .await;
        if let Err(error) = waited {
            panic!("{error}\n{}", self.cluster.dump(&self.namespace));
        }
    }

    /// Runs the probe's client in a pod and returns what it prints.
    async fn fetch_in_a_pod(&self, address: &str) -> String {
        self.apply(
            &CLIENT
                .replace("ADDRESS", address)
                .replace("IMAGE_HOST", IMAGE_HOST),
        );
        self.until(
            "the client to end",
            "pod",
            "client",
            "{.status.phase}",
            "Succeeded",
        )
        .await;
        self.cluster
            .kubectl(&["logs", "client", "--namespace", &self.namespace])
            .unwrap()
            .trim()
            .to_owned()
    }

    fn service_address(&self) -> String {
        let output = "jsonpath={.spec.clusterIP}:80";
        self.cluster
            .kubectl(&[
                "get",
                "service",
                "web",
                "--namespace",
                &self.namespace,
                "--output",
                output,
            ])
            .unwrap()
    }
}

impl Drop for Bench {
    fn drop(&mut self) {
        let arguments = ["delete", "namespace", &self.namespace, "--wait=false"];
        drop(self.cluster.kubectl(&arguments));
    }
}

const SERVER: &str = "apiVersion: v1
kind: Pod
metadata: {name: web, namespace: NAMESPACE, labels: {app: web}}
spec:
  terminationGracePeriodSeconds: 0
  containers:
  - name: web
    image: IMAGE_HOST/probe:1
    args: [serve, '8080', 'TEXT']
    readinessProbe: {httpGet: {port: 8080}, periodSeconds: 1}
---
apiVersion: v1
kind: Service
metadata: {name: web, namespace: NAMESPACE}
spec: {selector: {app: web}, ports: [{port: 80, targetPort: 8080}]}
";

const CLIENT: &str = "apiVersion: v1
kind: Pod
metadata: {name: client, namespace: NAMESPACE}
spec:
  restartPolicy: OnFailure
  containers: [{name: client, image: IMAGE_HOST/probe:1, args: [fetch, 'ADDRESS']}]
";

const ROUTE: &str = "apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: web, namespace: NAMESPACE}
spec:
  parentRefs: [{name: shared, namespace: infra}]
  hostnames: [NAMESPACE.preview.test]
  rules: [{backendRefs: [{name: web, port: 80}]}]
";

#[tokio::test]
async fn a_service_answers_this_machine_by_its_cluster_address() {
    let bench = Bench::new().await;
    bench.serve("from the service").await;
    let address = bench.service_address();
    let body = wait_for("the service", SOON, async || {
        http::get(&address, "web", "/").await
    })
    .await
    .unwrap()
    .text();
    assert_eq!(body, "from the service");
}

#[tokio::test]
async fn a_pod_reaches_a_service_by_its_cluster_address() {
    let bench = Bench::new().await;
    bench.serve("by address").await;
    let address = bench.service_address();
    assert_eq!(bench.fetch_in_a_pod(&address).await, "by address");
}

#[tokio::test]
async fn a_pod_reaches_a_service_by_its_name_in_the_cluster_dns() {
    let bench = Bench::new().await;
    bench.serve("by name").await;
    assert_eq!(bench.fetch_in_a_pod("web:80").await, "by name");
}

#[tokio::test]
async fn a_route_is_answered_through_the_gateway_by_its_host_and_other_hosts_are_not() {
    let bench = Bench::new().await;
    bench.serve("through the gateway").await;
    bench.apply(ROUTE);
    let gateway = bench.cluster.gateway().to_string();
    let host = format!("{}.preview.test", bench.namespace);
    let body = wait_for("the route", SOON, async || {
        let answer = http::get(&gateway, &host, "/")
            .await
            .map_err(|error| error.to_string())?;
        if answer.status.is_success() {
            Ok(answer.text())
        } else {
            Err(answer.status.to_string())
        }
    })
    .await
    .unwrap();
    assert_eq!(body, "through the gateway");
    assert_eq!(
        http::get(&gateway, "other.preview.test", "/")
            .await
            .unwrap()
            .status,
        404
    );
}

#[tokio::test]
async fn a_record_that_is_written_through_the_api_is_resolved_also_after_a_crash() {
    let cluster = Cluster::up(Options::default()).await.unwrap();
    let name = format!("record-{}.{}", std::process::id(), cluster.pdns().zone);
    change(&cluster, &name, "REPLACE").await;
    assert_eq!(dig(&cluster, &name), "198.18.0.1");
    cluster.restart(Component::Pdns).await.unwrap();
    assert_eq!(dig(&cluster, &name), "198.18.0.1");
    change(&cluster, &name, "DELETE").await;
    assert_eq!(dig(&cluster, &name), "");
}

async fn change(cluster: &Cluster, name: &str, kind: &str) {
    let pdns = cluster.pdns();
    let records = serde_json::json!([{"content": "198.18.0.1", "disabled": false}]);
    let set = serde_json::json!({"name": format!("{name}."), "type": "A", "ttl": 60, "changetype": kind, "records": records});
    let request = ::http::Request::patch(format!("/api/v1/servers/localhost/zones/{}.", pdns.zone))
        .header("X-API-Key", &pdns.api_key)
        .body(serde_json::json!({"rrsets": [set]}).to_string().into())
        .unwrap();
    let answer = http::send(pdns.api_url.trim_start_matches("http://"), request)
        .await
        .unwrap();
    assert_eq!(answer.status, 204, "{}", answer.text());
}

fn dig(cluster: &Cluster, name: &str) -> String {
    let (address, port) = cluster.pdns().dns_address.split_once(':').unwrap();
    let output = Command::new("dig")
        .args(["+short", "-p", port, &format!("@{address}"), name, "A"])
        .output()
        .unwrap();
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

#[tokio::test]
async fn a_name_outside_the_cluster_does_not_exist_for_pods() {
    let cluster = Cluster::up(Options::default()).await.unwrap();
    let answer = Command::new("dig")
        .args(["@198.19.0.10", "www.example.com", "A"])
        .output()
        .unwrap();
    let text = String::from_utf8(answer.stdout).unwrap();
    assert!(text.contains("status: NXDOMAIN"), "{text}");
    drop(cluster);
}

#[tokio::test]
async fn a_real_redis_made_from_the_debian_package_becomes_ready() {
    let bench = Bench::new().await;
    let image = images::redis().unwrap();
    image
        .push(bench.cluster.registry(), "redis", "7")
        .await
        .unwrap();
    bench.apply(
        "apiVersion: v1
kind: Pod
metadata: {name: redis, namespace: NAMESPACE}
spec:
  containers:
  - name: redis
    image: registry.test/redis:7
    readinessProbe: {exec: {command: [redis-cli, ping]}, periodSeconds: 1}
",
    );
    bench
        .until(
            "redis to be Ready",
            "pod",
            "redis",
            "{.status.conditions[?(@.type=='Ready')].status}",
            "True",
        )
        .await;
}

#[tokio::test]
async fn the_same_image_pushed_twice_has_the_same_digest() {
    let cluster = Cluster::up(Options::default()).await.unwrap();
    let image = images::from_binary_with_libs(Path::new("/bin/cat")).unwrap();
    let first = image.push(cluster.registry(), "twice", "1").await.unwrap();
    let again = images::from_binary_with_libs(Path::new("/bin/cat")).unwrap();
    let second = again.push(cluster.registry(), "twice", "2").await.unwrap();
    assert_eq!(first, second);
}

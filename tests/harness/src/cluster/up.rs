//! Starting the cluster, in the order in which its parts need each other.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::Request;
use serde_json::json;

use super::faults::answers;
use super::network::{self, EVERYBODY, NODE_ADDRESS};
use super::record::Record;
use super::status::node_is_ready;
use super::{Cluster, ClusterError, Options, clean, gateway, node};
use crate::access::{Authority, ServiceAccountKey, User, kubeconfig};
use crate::components::apiserver::{Apiserver, certificate};
use crate::components::etcd::Etcd;
use crate::components::powerdns::PowerDns;
use crate::components::traefik::Traefik;
use crate::components::{controllers, coredns, registry};
use crate::controlplane::{create_database, ready};
use crate::http::expect_success;
use crate::images;
use crate::process::Run;
use crate::progress::Progress;
use crate::tools::{self, Tool, debian};
use crate::wait::wait_for;

/// How long a part may take on a busy machine before it counts as failed.
const PATIENCE: Duration = Duration::from_mins(2);

/// The users of the API server.
struct Users {
    all: [User; 7],
}

impl Users {
    fn new() -> Result<Self, ClusterError> {
        Ok(Self {
            all: [
                User::new("admin", "system:masters")?,
                User::new("system:kube-controller-manager", "")?,
                User::new("system:kube-scheduler", "")?,
                User::new("system:node:maquette", "system:nodes")?,
                User::new("system:kube-proxy", "")?,
                User::new("coredns", "system:masters")?,
                User::new("traefik", "system:masters")?,
            ],
        })
    }
}

/// Starts everything; what an earlier run left is removed first.
pub(super) async fn up(options: &Options, progress: &Progress) -> Result<Cluster, ClusterError> {
    if !rustix::process::geteuid().is_root() {
        return Err(ClusterError::NotRoot);
    }
    let folder = super::folder();
    clean::clean(&folder, progress)?;
    debian::ensure(progress)?;
    tools::ensure(&Tool::ALL, progress)?;
    let definitions = tools::gateway_api_definitions()?;
    let pause = images::pause()?;

    let began = Instant::now();
    let mut cluster = create(&folder)?;
    let users = Users::new()?;
    start_servers(&cluster, &users, options)?;
    progress.say("etcd, kube-apiserver, containerd, the registry and PowerDNS are starting");
    cluster.wait_until_registry_serves().await?;
    let (repository, tag) = node::PAUSE;
    pause.push(cluster.registry(), repository, tag).await?;
    cluster.wait_until_api_is_ready(&users).await?;
    progress.say("kube-apiserver is ready");
    start_clients(&cluster, &users)?;
    let client = cluster.client().await?;
    cluster
        .wait("the node to be Ready", async || {
            node_is_ready(client.clone()).await
        })
        .await?;
    progress.say(format_args!(
        "node Ready {:.1} s after the start",
        began.elapsed().as_secs_f64()
    ));
    cluster.install(&definitions, &users).await?;
    cluster.record.complete = true;
    cluster.record.write(&folder)?;
    progress.say(format_args!(
        "the cluster is up; kubeconfig: {}",
        cluster.kubeconfig().display()
    ));
    Ok(cluster)
}

/// The record is written before the bridge exists, so that cleaning up knows what it was before.
fn create(folder: &Path) -> Result<Cluster, ClusterError> {
    fs::create_dir_all(folder).map_err(|source| ClusterError::File {
        path: folder.to_owned(),
        source,
    })?;
    let forwarding = network::forwarding();
    // Ports can only be looked for on an address that exists.
    fs::write(folder.join("ip-forward"), &forwarding).map_err(|source| ClusterError::File {
        path: folder.join("ip-forward"),
        source,
    })?;
    network::create()?;
    let record = Record::plan()?;
    record.write(folder)?;
    Ok(Cluster {
        run: Run::at(folder),
        record,
    })
}

/// Starts what needs no API server, and the API server.
fn start_servers(cluster: &Cluster, users: &Users, options: &Options) -> Result<(), ClusterError> {
    let (run, record, folder) = (&cluster.run, &cluster.record, cluster.folder());
    let address = NODE_ADDRESS.to_string();
    Etcd {
        folder,
        client: &record.etcd,
        peer: &record.etcd_peer,
        durable: options.durable,
    }
    .unit(Tool::Etcd.path()?)
    .start(run)?;
    let key = ServiceAccountKey::generate()?;
    let apiserver = Apiserver {
        folder,
        address: &address,
        port: record.api_port,
        etcd: &record.etcd,
        users: &users.all,
        service_account_key: &key,
        serves_pods: true,
        has_controllers: true,
    };
    apiserver.unit(Tool::KubeApiserver.path()?).start(run)?;
    registry::unit(folder, &record.registry).start(run)?;
    node::start_containerd(run, &record.registry)?;
    create_database(folder)?;
    let (dns_port, api_port) = record.pdns_ports;
    let pdns = PowerDns {
        folder,
        address: &address,
        dns_port,
        api_port,
        api_key: &record.pdns.api_key,
        allowed: EVERYBODY,
    };
    pdns.unit().start(run)?;
    Ok(())
}

/// Starts everything that talks to the API server.
fn start_clients(cluster: &Cluster, users: &Users) -> Result<(), ClusterError> {
    let (run, record, folder) = (&cluster.run, &cluster.record, cluster.folder());
    let certificate = certificate(folder);
    let authority = certificate.display().to_string();
    let access = |user: &User| kubeconfig(&record.api, Authority::File(&authority), &user.token);
    let [_, manager, scheduler, kubelet, kube_proxy, dns, _] = &users.all;
    node::start(run, access(kubelet), access(kube_proxy))?;
    controllers::manager(folder, Tool::KubeControllerManager.path()?, access(manager))
        .start(run)?;
    controllers::scheduler(folder, Tool::KubeScheduler.path()?, access(scheduler)).start(run)?;
    let address = NODE_ADDRESS.to_string();
    coredns::unit(
        folder,
        Tool::Coredns.path()?,
        access(dns),
        &address,
        record.cluster_dns_port,
    )
    .start(run)?;
    Ok(())
}

impl Cluster {
    /// Waits for a condition, and fails at once when a process of the cluster has ended.
    async fn wait<T>(
        &self,
        what: &str,
        mut condition: impl AsyncFnMut() -> Result<T, String>,
    ) -> Result<T, ClusterError> {
        let reached = wait_for(what, PATIENCE, async || {
            let ended = self
                .run
                .processes()
                .into_values()
                .find_map(|process| process.check().err());
            match ended {
                Some(ended) => Ok(Err(ended)),
                None => condition().await.map(Ok),
            }
        });
        Ok(reached.await??)
    }

    async fn wait_until_registry_serves(&self) -> Result<(), ClusterError> {
        self.wait("the registry", async || {
            answers(self.registry(), "/v2/").await
        })
        .await
    }

    async fn wait_until_api_is_ready(&self, users: &Users) -> Result<(), ClusterError> {
        let [admin, ..] = &users.all;
        let needed: Vec<_> = self.run.processes().into_values().collect();
        let certificate = certificate(self.folder());
        Ok(ready(
            &needed,
            &self.record.api,
            &certificate,
            &self.kubeconfig(),
            &admin.token,
            PATIENCE,
        )
        .await?)
    }

    /// The DNS Service, the zone, the Gateway API and its implementation.
    async fn install(&self, definitions: &Path, users: &Users) -> Result<(), ClusterError> {
        let definitions = definitions.display().to_string();
        self.kubectl(&["apply", "--server-side", "-f", &definitions])?;
        self.kubectl(&[
            "wait",
            "--for=condition=Established",
            "--timeout=60s",
            "-f",
            &definitions,
        ])?;
        let [.., traefik] = &users.all;
        let gateway = Traefik {
            folder: self.folder(),
            api: &self.record.api,
            certificate: &certificate(self.folder()),
            token: &traefik.token,
            address: &self.record.gateway.address,
            port: self.record.gateway.port,
        };
        gateway.unit(Tool::Traefik.path()?).start(&self.run)?;
        self.apply(&gateway::dns_service(self.record.cluster_dns_port))?;
        self.apply(&gateway::shared_gateway(self.record.gateway.port))?;
        self.create_zone().await?;
        let programmed = "jsonpath={.status.conditions[?(@.type=='Programmed')].status} {.status.addresses[0].value}";
        self.wait("the Gateway infra/shared to be Programmed", async || {
            let said = self.kubectl(&[
                "get",
                "gateway",
                "shared",
                "--namespace=infra",
                "--output",
                programmed,
            ]);
            match said.map_err(|error| error.to_string())?.trim() {
                said if said == format!("True {NODE_ADDRESS}") => Ok(()),
                said => Err(format!("it says `{said}`")),
            }
        })
        .await
    }

    /// PowerDNS HTTP API: `POST /api/v1/servers/localhost/zones`.
    async fn create_zone(&self) -> Result<(), ClusterError> {
        self.wait("the API of PowerDNS", async || {
            answers(self.pdns_api(), "/api").await
        })
        .await?;
        let zone = &self.record.pdns.zone;
        let body = json!({"name": format!("{zone}."), "kind": "Native", "nameservers": [format!("ns1.{zone}.")]});
        let request = Request::post("/api/v1/servers/localhost/zones")
            .header("X-API-Key", &self.record.pdns.api_key)
            .header(http::header::CONTENT_TYPE, "application/json")
            .body(Bytes::from(body.to_string()))
            .map_err(crate::http::HttpError::from)?;
        expect_success(self.pdns_api(), request).await?;
        Ok(())
    }
}

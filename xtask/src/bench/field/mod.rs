//! Where the operator is measured: a real API server with etcd, the controllers and the scheduler; kwok's nodes, whose
//! pods only pretend; the chart's objects; the operator as a process with the chart's ServiceAccount; and a real registry
//! and a real PowerDNS for the real plugin. Only the Gateway is a stand-in ([`gateway`]).

mod gateway;
mod install;
mod operator;
mod servers;

use std::time::Duration;

use anyhow::{Context, Result};
use kube::{Api, Client};
use maquette_api::Provider;
use maquette_harness::process::Run;
use maquette_harness::{ControlPlane, ControlPlaneOptions, wait_for};
use tokio::task::JoinHandle;

use super::Bench;
use super::audit::{Author, Log};
use super::census::is_ready;
use crate::plugin;
use crate::registry::Registry;
pub(super) use operator::{Operator, RECONCILES, proportional};
pub(super) use servers::Failure;
use servers::PowerDns;
pub(super) use servers::{free_port, start_registry};

/// The zone of records.
pub(super) const ZONE: &str = "preview.test";
/// The Provider that keeps it.
pub(super) const PROVIDER: &str = "corp-dns";
/// Namespace of the operator.
const NAMESPACE: &str = "maquette-system";
/// How long a step of the preparation may take.
const WITHIN: Duration = Duration::from_mins(2);

/// What to say wherever figures of a field are shown.
pub(super) const NOTE: &str = "Real: API server, etcd, kube-controller-manager, kube-scheduler, registry, PowerDNS, plugin, the operator with \
     the chart's ServiceAccount and leader election. Stand-ins: kwok's nodes and pods (Ready at once), and a Gateway \
     that accepts the HTTPRoutes and counts them in its status, one write for each that attaches or detaches.";

/// Everything ends when it is dropped.
pub(super) struct Field {
    pub(super) client: Client,
    pub(super) operator: Operator,
    pub(super) power_dns: PowerDns,
    pub(super) registry: Registry,
    /// Digest of the plugin in the registry.
    pub(super) plugin: String,
    gateway: JoinHandle<()>,
    control_plane: ControlPlane,
}

impl Field {
    /// Starts everything and waits until the Provider is Ready.
    pub(super) async fn start(bench: &Bench<'_>, nodes: usize) -> Result<Self> {
        let step = bench.progress.during(format_args!(
            "start the control plane, the registry, PowerDNS and the operator"
        ));
        let options = ControlPlaneOptions {
            kwok: true,
            ..ControlPlaneOptions::default()
        };
        let control_plane = ControlPlane::start_with(options).await?;
        control_plane.add_kwok_nodes(nodes).await?;
        let client = control_plane.client().await?;
        let run = Run::at(control_plane.folder());
        let power_dns = PowerDns::start(&run).await?;
        let address = start_registry(&run).await?;
        let gateway = gateway::start(&client).await?;
        install::chart(&control_plane, &bench.progress)?;
        let kubeconfig = install::access(&control_plane, &client).await?;
        drop(step);
        let registry = Registry {
            address: address.clone(),
            push_address: address.clone(),
            plain_http: true,
        };
        let plugin = plugin::publish(&bench.binaries, &registry, &bench.progress)?;
        let operator = Operator::start(run, &bench.operator, &kubeconfig, &address).await?;
        install::provider(&client, &address, &plugin, &power_dns).await?;
        let field = Self {
            client,
            operator,
            power_dns,
            registry,
            plugin,
            gateway,
            control_plane,
        };
        field.provider_ready().await?;
        Ok(field)
    }

    /// Waits until the Provider is Ready for its present spec.
    pub(super) async fn provider_ready(&self) -> Result<()> {
        let api: Api<Provider> = Api::all(self.client.clone());
        wait_for("the Provider to be Ready", WITHIN, async || {
            let provider = api.get(PROVIDER).await?;
            let status = provider.status.unwrap_or_default();
            let ready = is_ready(
                provider.metadata.generation,
                status.observed_generation,
                &status.conditions,
            );
            anyhow::ensure!(ready, "{:?}", status.conditions);
            Ok(())
        })
        .await
        .with_context(|| {
            format!(
                "the operator's log ends with\n{}",
                self.operator.last_lines()
            )
        })
    }

    /// The operator's requests.
    pub(super) fn audit(&self) -> Log {
        Log::of(Author::Is(install::USER), self.control_plane.audit_log())
    }

    /// The requests of all others.
    pub(super) fn audit_of_others(&self) -> Log {
        Log::of(Author::IsNot(install::USER), self.control_plane.audit_log())
    }

    /// Ends the registry, so that a plugin can only come from the operator's cache.
    pub(super) fn end_registry(&self) -> Result<()> {
        Ok(self.control_plane.kill(servers::REGISTRY)?)
    }
}

impl Drop for Field {
    fn drop(&mut self) {
        self.gateway.abort();
        // Before the API server goes, so that the operator's end is an orderly one.
        drop(self.operator.stop());
    }
}

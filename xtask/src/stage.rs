//! A cluster to install the operator on: one made here, or the user's.

use std::fmt::Write as _;
use std::net::SocketAddr;
use std::process::Command;

use anyhow::{Context, Result};
use kube::Client;
use maquette_harness::progress::Progress;
use maquette_harness::tools::{self, Tool};
use maquette_harness::{Cluster, Options, Pdns};

use crate::current::Current;
use crate::registry::Registry;
use crate::root::root;
use crate::step::step;
use crate::{images, plugin};

/// Namespace and Helm release of the operator.
const NAMESPACE: &str = "maquette-system";
const RELEASE: &str = "maquette";

/// Where to install.
pub(crate) struct Stage {
    pub(crate) client: Client,
    /// DNS server of the zone; the machine's resolver where there is none.
    pub(crate) dns: Option<SocketAddr>,
    registry: Registry,
    operator_image: Option<String>,
    /// Digest of the plugin that was pushed.
    plugin_digest: Option<String>,
    /// The cluster, if it was made here.
    own: Option<Cluster>,
}

impl Stage {
    /// The cluster of this machine; started where it does not run.
    pub(crate) async fn local() -> Result<Self> {
        let cluster = Cluster::up(Options::default())
            .await
            .context("starting the cluster (`cargo xtask cluster status` tells more)")?;
        let dns = cluster
            .pdns()
            .dns_address
            .parse()
            .context("the address of the cluster's DNS server")?;
        Ok(Self {
            client: cluster.client().await?,
            dns: Some(dns),
            registry: Registry {
                address: cluster.registry().to_owned(),
                push_address: cluster.registry().to_owned(),
                plain_http: true,
            },
            operator_image: None,
            plugin_digest: None,
            own: Some(cluster),
        })
    }

    /// The cluster of the current kubeconfig context.
    pub(crate) async fn current(given: &Current) -> Result<Self> {
        let registry = given.registry.clone().context(
            "--registry is needed: HOST[:PORT] of a registry as the cluster knows it; \
             add --push-registry where this machine knows it by another address",
        )?;
        given.provider_file.as_ref().context(
            "--provider-file is needed: manifests of a Provider named corp-dns and of its Secret, as in examples/powerdns",
        )?;
        given.workspace_file.as_ref().context(
            "--workspace-file is needed: examples/shop/workspace.yaml with your zone and your Gateway",
        )?;
        let dns = given.dns_server.as_deref().map(server).transpose()?;
        let client = Client::try_default().await.context("there is no usable current kubeconfig context; `kubectl config current-context` shows it")?;
        client
            .apiserver_version()
            .await
            .context("the cluster of the current kubeconfig context does not answer")?;
        Ok(Self {
            client,
            dns,
            registry: Registry {
                push_address: given
                    .push_registry
                    .clone()
                    .unwrap_or_else(|| registry.clone()),
                address: registry,
                plain_http: given.plain_http,
            },
            operator_image: given.operator_image.clone(),
            plugin_digest: None,
            own: None,
        })
    }

    /// Builds and pushes everything and installs the operator. What is there already is not made again.
    pub(crate) async fn install(&mut self, progress: &Progress) -> Result<()> {
        let binaries = crate::binaries::build(progress, self.operator_image.is_none())?;
        self.plugin_digest = Some(plugin::publish(&binaries, &self.registry, progress)?);
        let operator = images::publish(
            &binaries,
            &self.registry,
            self.operator_image.as_deref(),
            progress,
        )
        .await?;
        self.helm(&operator, progress)
    }

    /// Installs or upgrades the chart and waits until the operator is ready.
    fn helm(&self, image: &images::Reference, progress: &Progress) -> Result<()> {
        let mut helm = self.helm_command(progress)?;
        helm.args([
            "upgrade",
            "--install",
            RELEASE,
            "--namespace",
            NAMESPACE,
            "--create-namespace",
            "--wait",
            "--timeout",
            "3m",
        ]);
        helm.arg(root().join("charts/maquette"));
        helm.args(["--set", &format!("image.repository={}", image.repository)]);
        helm.args(["--set", &format!("image.{}", image.version)]);
        if self.registry.plain_http {
            helm.args([
                "--set",
                &format!("registries.plainHttp={{{}}}", self.registry.address),
            ]);
        }
        step(progress, "helm upgrade --install maquette", &mut helm).with_context(|| {
            let state = self.own.as_ref().map(|own| own.dump(NAMESPACE)).unwrap_or_default();
            format!("{state}\n`{}kubectl -n {NAMESPACE} get pods,events` says why the operator is not ready", self.environment())
        })?;
        Ok(())
    }

    fn helm_command(&self, progress: &Progress) -> Result<Command> {
        tools::ensure(&[Tool::Helm], progress)?;
        let mut helm = Command::new(Tool::Helm.path()?);
        if let Some(own) = &self.own {
            helm.env("KUBECONFIG", own.kubeconfig());
        }
        Ok(helm)
    }

    /// The DNS server of a cluster made here.
    pub(crate) fn pdns(&self) -> Option<&Pdns> {
        self.own.as_ref().map(Cluster::pdns)
    }

    /// Repository of the plugin, as the operator pulls it.
    pub(crate) fn plugin_image(&self) -> String {
        format!("{}/{}", self.registry.address, plugin::REPOSITORY)
    }

    /// Digest of the plugin that was published.
    pub(crate) fn plugin_digest(&self) -> Option<&str> {
        self.plugin_digest.as_deref()
    }

    /// An image of the examples, as the cluster pulls it. A cluster made here takes every host from its registry.
    pub(crate) fn image(&self, rest: &str) -> String {
        if self.own.is_some() {
            format!("{}/{rest}", maquette_harness::cluster::IMAGE_HOST)
        } else {
            format!("{}/{rest}", self.registry.address)
        }
    }

    /// A workspace's URL with the port at which the Gateway really listens.
    pub(crate) fn with_port(&self, url: &str) -> String {
        match self.own.as_ref().map(|own| own.gateway().port) {
            Some(port) if port != 80 && url.matches(':').count() == 1 => {
                format!("{}:{port}/", url.trim_end_matches('/'))
            }
            _ => format!("{}/", url.trim_end_matches('/')),
        }
    }

    /// What a user types to look at what was left running.
    pub(crate) fn how_to_look(&self, url: &str, namespace: &str) -> String {
        let environment = self.environment();
        let mut text = String::from("Everything is left running. Look at it with\n");
        if !environment.is_empty() {
            // Writing to a String cannot fail.
            let _ = writeln!(text, "  export {}", environment.trim_end());
        }
        let _ = writeln!(
            text,
            "  kubectl get maquette -n {namespace}\n  kubectl describe workspace shop -n {namespace}"
        );
        if let Some(own) = &self.own {
            let dns = own.pdns();
            let (address, port) = dns
                .dns_address
                .split_once(':')
                .unwrap_or((&dns.dns_address, "53"));
            let host = url.trim_start_matches("http://").trim_end_matches('/');
            let name = host.split(':').next().unwrap_or(host);
            let _ = writeln!(text, "  dig @{address} -p {port} {name}");
            let _ = writeln!(text, "  curl -H 'Host: {name}' http://{}/", own.gateway());
        }
        let _ = writeln!(
            text,
            "Delete the workspace with `kubectl delete workspace shop -n {namespace}`."
        );
        if self.own.is_some() {
            let _ = writeln!(text, "End the cluster with `cargo xtask cluster down`.");
        }
        text
    }

    /// What to put before a kubectl command.
    fn environment(&self) -> String {
        self.own
            .as_ref()
            .map(|own| format!("KUBECONFIG={} ", own.kubeconfig().display()))
            .unwrap_or_default()
    }
}

/// IP[:PORT]
fn server(text: &str) -> Result<SocketAddr> {
    let address = text
        .parse()
        .or_else(|_| text.parse().map(|ip| SocketAddr::new(ip, 53)));
    address.with_context(|| format!("--dns-server {text} is not IP[:PORT]"))
}

//! The cluster that the user's kubeconfig names.

use anyhow::Context as _;
use kube::config::{KubeConfigOptions, Kubeconfig};
use kube::{Api, Client, Config};
use maquette_api::Plugin;

use crate::command;

/// A client as kubectl would make it.
///
/// # Errors
/// No usable kubeconfig.
pub(crate) async fn connect(arguments: &command::Cluster) -> anyhow::Result<Client> {
    let options = KubeConfigOptions {
        context: arguments.context.clone(),
        ..KubeConfigOptions::default()
    };
    let config = match &arguments.kubeconfig {
        Some(path) => {
            let kubeconfig = Kubeconfig::read_from(path)
                .with_context(|| format!("--kubeconfig: {} cannot be used", path.display()))?;
            Config::from_custom_kubeconfig(kubeconfig, &options).await
        }
        None if arguments.context.is_some() => Config::from_kubeconfig(&options).await,
        None => return Ok(Client::try_from(infer().await?)?),
    };
    let config = config
        .context("the cluster's configuration cannot be used; `kubectl config view` shows it")?;
    Ok(Client::try_from(config)?)
}

async fn infer() -> anyhow::Result<Config> {
    Config::infer().await.context(
        "no cluster is configured; set KUBECONFIG, or give --kubeconfig (`kubectl config view` shows what is in use)",
    )
}

/// The Plugin of this name.
///
/// # Errors
/// There is none, or the cluster refuses.
pub(crate) async fn plugin(api: &Api<Plugin>, name: &str) -> anyhow::Result<Plugin> {
    api.get_opt(name).await.map_err(explain)?.with_context(|| {
        format!("there is no Plugin `{name}`; `kubectl get plugins.maquette.dev` lists all")
    })
}

/// What the cluster says, with what to do.
pub(crate) fn explain(error: kube::Error) -> anyhow::Error {
    let advice = match &error {
        kube::Error::Api(status) if status.code == 404 => {
            "the cluster does not know the kind Plugin; install the operator first (docs/install.md)"
        }
        kube::Error::Api(status) if status.code == 403 => {
            "the cluster does not allow it; you need `get` and `patch` on plugins.maquette.dev"
        }
        kube::Error::Api(_) => "the cluster refuses",
        _ => "the cluster cannot be reached; `kubectl cluster-info` tells more",
    };
    anyhow::Error::new(error).context(advice)
}

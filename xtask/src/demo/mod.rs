//! `cargo xtask demo`: from a bare machine to a workspace that answers, and back to nothing.

mod answer;
mod live;
pub(crate) mod manifests;
pub(crate) mod objects;
mod removal;
mod timeline;

use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use kube::Client;
use kube::api::{Api, DynamicObject, ListParams};
use maquette_api::{Component, DNSRecord, Workspace};
use maquette_harness::progress::Progress;
use maquette_harness::wait_for;

use crate::current::Current;
use crate::stage::Stage;
use answer::Answer;
use removal::Inventory;

const NAMESPACE: &str = "shop";
const WORKSPACE: &str = "shop";
/// How long a changed name may take to be seen: the plugin's write is done, only the server's answer is awaited.
const DNS_WITHIN: Duration = Duration::from_secs(15);
const ROUTE_WITHIN: Duration = Duration::from_secs(15);

#[derive(clap::Args)]
pub(crate) struct Args {
    /// Where to run it.
    #[arg(long, value_enum, default_value_t = Where::Local)]
    cluster: Where,
    /// Leave everything running and say how to look at it.
    #[arg(long)]
    keep: bool,
    #[command(flatten)]
    current: Current,
}

/// Whose cluster.
#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Where {
    /// One made here (`cargo xtask cluster up`).
    Local,
    /// The one of your current kubeconfig context.
    Current,
}

pub(crate) async fn run(args: &Args) -> Result<()> {
    let progress = Progress::new();
    let mut stage = match args.cluster {
        Where::Local => Stage::local().await?,
        Where::Current => Stage::current(&args.current).await?,
    };
    stage.install(&progress).await?;
    provider(&stage, args.current.provider_file.as_deref(), &progress).await?;

    let inventory = apply_shop(&stage, args, &progress).await?;
    let workspace = live::workspace(&stage.client, NAMESPACE, WORKSPACE, &progress).await?;
    let url = visit(&stage, &workspace, &progress).await?;
    println!(
        "\nWho waited for whom, by the objects' own timestamps:\n{}",
        history(&stage.client, &workspace).await?
    );

    if args.keep {
        println!("{}", stage.how_to_look(&url, NAMESPACE));
        return Ok(());
    }
    remove(&stage, &inventory, &url, &progress).await
}

/// Plugin, Secret and Provider, in the order in which a user would apply them.
pub(crate) async fn provider(
    stage: &Stage,
    file: Option<&Path>,
    progress: &Progress,
) -> Result<()> {
    for object in manifests::provider(stage, file)? {
        progress.say(format_args!("apply {}", objects::describe(&object)));
        objects::apply(&stage.client, &object).await?;
    }
    let plugin = live::plugin(&stage.client, "powerdns")
        .await?
        .status
        .unwrap_or_default();
    let (version, digest) = (
        plugin.version.unwrap_or_default(),
        plugin.digest.unwrap_or_default(),
    );
    progress.say(format_args!(
        "plugin powerdns {version} is Ready: {} from {digest}",
        plugin.interfaces.join(", ")
    ));
    live::provider(&stage.client, "corp-dns").await?;
    progress.say("provider corp-dns is Ready");
    Ok(())
}

/// What was in the namespace before the workspace.
struct Before {
    inventory: Inventory,
    objects: std::collections::BTreeSet<String>,
}

async fn apply_shop(stage: &Stage, args: &Args, progress: &Progress) -> Result<Before> {
    let manifests = manifests::shop(stage, args.current.workspace_file.as_deref())?;
    let (workspaces, others): (Vec<_>, Vec<_>) = manifests.into_iter().partition(|object| {
        object
            .types
            .as_ref()
            .is_some_and(|types| types.kind == "Workspace")
    });
    for object in others {
        objects::apply(&stage.client, &object).await?;
    }
    let inventory = Inventory::new(&stage.client, NAMESPACE).await;
    // A demo that was interrupted, or kept, left its workspace: begin anew, so that the timeline is of this run.
    if Api::<Workspace>::namespaced(stage.client.clone(), NAMESPACE)
        .get_opt(WORKSPACE)
        .await?
        .is_some()
    {
        progress.say("an earlier run left the workspace; remove it first");
        removal::remove(
            &inventory,
            WORKSPACE,
            &std::collections::BTreeSet::new(),
            &Progress::silent(),
        )
        .await?;
    }
    let objects = inventory.take().await?;
    for object in workspaces {
        progress.say(format_args!("apply {}", objects::describe(&object)));
        objects::apply(&stage.client, &object).await?;
    }
    Ok(Before { inventory, objects })
}

/// Resolves the name at the DNS server and gets the page from the address it answers.
async fn visit(stage: &Stage, workspace: &Workspace, progress: &Progress) -> Result<String> {
    let url = workspace
        .status
        .as_ref()
        .and_then(|status| status.url.clone())
        .context("the workspace is Ready and has no URL")?;
    let host = host(&url);
    let (line, address) =
        wait_for(
            &format!("an address of {host}"),
            DNS_WITHIN,
            async || match answer::dig(stage.dns, host)? {
                (line, Answer::Addresses(found)) => match found.first() {
                    Some(address) => Ok((line, *address)),
                    None => bail!("the name exists and has no address"),
                },
                (_, Answer::NoSuchName) => bail!("the name does not exist"),
            },
        )
        .await
        .with_context(|| {
            format!("`kubectl get dnsrecord -n {NAMESPACE}` says what the plugin wrote")
        })?;
    progress.say(format_args!("$ {line} +short\n{address}"));
    let url = stage.with_port(&url);
    let (line, page) = wait_for(&format!("an answer at {url}"), ROUTE_WITHIN, async || answer::curl(&url, address))
        .await
        .with_context(|| format!("`kubectl get httproute -n {NAMESPACE} -o yaml` says whether the Gateway accepted the route"))?;
    progress.say(format_args!("$ {line}\n{}", page.trim_end()));
    if !page.starts_with("visits: ") {
        bail!("this is not the shop's page");
    }
    Ok(url)
}

fn host(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    rest.split(['/', ':']).next().unwrap_or(rest)
}

async fn history(client: &Client, workspace: &Workspace) -> Result<String> {
    let all = ListParams::default();
    let components = Api::<Component>::namespaced(client.clone(), NAMESPACE)
        .list(&all)
        .await?
        .items;
    let records = Api::<DNSRecord>::namespaced(client.clone(), NAMESPACE)
        .list(&all)
        .await?
        .items;
    let routes =
        match objects::resource(client, "gateway.networking.k8s.io", "v1", "HTTPRoute").await {
            Some(kind) => {
                Api::<DynamicObject>::namespaced_with(client.clone(), NAMESPACE, &kind)
                    .list(&all)
                    .await?
                    .items
            }
            None => Vec::new(),
        };
    Ok(timeline::timeline(
        workspace,
        &components,
        &records,
        &routes,
    ))
}

async fn remove(stage: &Stage, before: &Before, url: &str, progress: &Progress) -> Result<()> {
    progress.say(format_args!("delete workspace {WORKSPACE}"));
    let gone = removal::remove(&before.inventory, WORKSPACE, &before.objects, progress).await?;
    let host = host(url);
    let line = wait_for(
        &format!("{host} to be gone"),
        DNS_WITHIN,
        async || match answer::dig(stage.dns, host)? {
            (line, Answer::NoSuchName) => Ok(line),
            (_, Answer::Addresses(found)) => bail!("it still has {found:?}"),
        },
    )
    .await
    .context("the workspace is gone and its record is not")?;
    progress.say(format_args!("$ {line}\nNXDOMAIN"));
    progress.say(format_args!(
        "removed {} objects and the record of {host}; nothing of the workspace is left",
        gone.len()
    ));
    if stage.pdns().is_some() {
        progress.say(
            "the cluster goes on running for the next time; `cargo xtask cluster down` ends it",
        );
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_host_of_a_url_is_found_with_and_without_port_and_path() {
        for url in [
            "http://shop.preview.test",
            "http://shop.preview.test:8080/",
            "https://shop.preview.test/a",
        ] {
            assert_eq!(host(url), "shop.preview.test");
        }
    }
}

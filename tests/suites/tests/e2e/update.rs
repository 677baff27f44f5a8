//! A changed spec changes what it says and nothing else.

use std::time::Duration;

use k8s_openapi::api::apps::v1::Deployment;
use k8s_openapi::api::batch::v1::Job;
use k8s_openapi::api::core::v1::Service;
use kube::ResourceExt as _;
use maquette_api::Component;
use maquette_harness::cluster::ZONE;
use maquette_harness::wait_for;
use serde_json::json;

use crate::support::history::condition;
use crate::support::manifests::{inside, reached};
use crate::support::{DOWN_WITHIN, Place, dns, inventory};

#[tokio::test]
async fn a_changed_variable_rolls_the_deployment_and_nothing_else() {
    let place = Place::new("roll").await;
    let workspace = place.workspace("roll");
    let say = |word: &str| {
        let mut web = place.server("web", "$(WORD)");
        web["template"]["containers"][0]["env"] = json!([{"name": "WORD", "value": word}]);
        reached("web", &[web, place.server("other", "unchanged")])
    };
    workspace.apply(&say("bread")).await;
    workspace.ready().await;
    workspace.answers(&workspace.host(), "bread").await;
    let deployments = place.api::<Deployment>();
    let (web, other) = (workspace.object("web"), workspace.object("other"));
    let before = (
        deployments.get(&web).await.unwrap(),
        deployments.get(&other).await.unwrap(),
    );

    workspace.apply(&say("cake")).await;
    workspace.ready().await;
    workspace.answers(&workspace.host(), "cake").await;
    let after = (
        deployments.get(&web).await.unwrap(),
        deployments.get(&other).await.unwrap(),
    );
    assert_eq!(
        after.0.uid(),
        before.0.uid(),
        "the Deployment was made anew instead of rolled"
    );
    assert_eq!(
        after.0.metadata.generation,
        before
            .0
            .metadata
            .generation
            .map(|generation| generation + 1)
    );
    assert_eq!(after.1.metadata.generation, before.1.metadata.generation);

    workspace.delete().await;
    workspace.gone().await;
}

#[tokio::test]
async fn a_changed_job_runs_again() {
    let place = Place::new("rerun").await;
    let workspace = place.workspace("rerun");
    let run = |turn: &str| {
        let mut seed = place.job("seed", &["succeed"]);
        seed["template"]["containers"][0]["env"] = json!([{"name": "TURN", "value": turn}]);
        inside(&[seed])
    };
    let jobs = place.api::<Job>();
    let done = async |name: &str| {
        let job = jobs.get(name).await.unwrap();
        assert!(
            condition(&serde_json::to_value(&job).unwrap(), "Complete"),
            "{:?}",
            job.status
        );
        job.uid().unwrap()
    };
    workspace.apply(&run("first")).await;
    workspace.ready().await;
    let first = done(&workspace.object("seed")).await;

    workspace.apply(&run("second")).await;
    workspace.ready().await;
    let second = done(&workspace.object("seed")).await;
    assert_ne!(first, second);

    workspace.delete().await;
    workspace.gone().await;
}

#[tokio::test]
async fn a_component_that_is_taken_out_of_the_spec_goes_with_its_objects() {
    let place = Place::new("less").await;
    let workspace = place.workspace("less");
    let (stays, goes) = (place.server("stays", "here"), place.server("goes", "gone"));
    workspace.apply(&inside(&[stays.clone(), goes])).await;
    workspace.ready().await;
    let kept = place
        .api::<Deployment>()
        .get(&workspace.object("stays"))
        .await
        .unwrap();

    workspace.apply(&inside(&[stays])).await;
    let ready = workspace.ready().await;
    assert_eq!(ready.status.unwrap().ready.as_deref(), Some("1/1"));
    let name = workspace.object("goes");
    wait_for(
        &format!("everything of {name} to be gone"),
        Duration::from_secs(30),
        async || {
            let left: Vec<String> = inventory::of(&place)
                .await
                .into_iter()
                .filter(|object| object.contains(&name))
                .collect();
            if left.is_empty() {
                Ok(())
            } else {
                Err(left.join(", "))
            }
        },
    )
    .await
    .unwrap();
    assert!(
        place
            .api::<Component>()
            .get_opt(&workspace.object("stays"))
            .await
            .unwrap()
            .is_some()
    );
    assert!(
        place
            .api::<Service>()
            .get_opt(&workspace.object("stays"))
            .await
            .unwrap()
            .is_some()
    );
    let still = place
        .api::<Deployment>()
        .get(&workspace.object("stays"))
        .await
        .unwrap();
    assert_eq!(
        (still.uid(), still.metadata.generation),
        (kept.uid(), kept.metadata.generation)
    );

    workspace.delete().await;
    workspace.gone().await;
}

#[tokio::test]
async fn a_route_that_gets_another_host_is_reached_there_and_nothing_of_the_old_one_stays() {
    let place = Place::new("move").await;
    let workspace = place.workspace("move");
    let mut spec = reached("web", &[place.server("web", "well")]);
    workspace.apply(&spec).await;
    workspace.ready().await;
    let (old, new) = (workspace.host(), format!("new-{}.{ZONE}", workspace.name));
    workspace.answers(&old, "well").await;
    let ways = async || -> Vec<String> {
        let objects = inventory::of(&place).await.into_iter();
        let is_way =
            |object: &String| object.starts_with("HTTPRoute/") || object.starts_with("DNSRecord/");
        objects.filter(is_way).collect()
    };
    let before = ways().await;
    assert_eq!(before.len(), 2, "{before:?}");

    spec["networking"]["routes"][0]["host"] = json!(new);
    workspace.apply(&spec).await;
    workspace.ready().await;
    workspace.answers(&new, "well").await;
    dns::gone(&place.cluster, &old).await;
    wait_for("the ways of the new host alone", DOWN_WITHIN, async || {
        let after = ways().await;
        let is_left = after.iter().any(|way| before.contains(way));
        if after.len() == 2 && !is_left {
            Ok(())
        } else {
            Err(format!("{after:?}"))
        }
    })
    .await
    .unwrap();

    workspace.delete().await;
    workspace.gone().await;
    dns::gone(&place.cluster, &new).await;
}

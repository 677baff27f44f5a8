//! The operator is granted what it uses: nothing that it asks for is refused, and nothing that it is granted is unused.

use std::collections::BTreeSet;
use std::fs;

use k8s_openapi::api::batch::v1::Job;
use k8s_openapi::api::rbac::v1::{ClusterRole, PolicyRule, Role};
use kube::api::{Api, DeleteParams, PropagationPolicy};
use serde::Deserialize;
use serde_json::json;

use crate::support::edge::Edge;
use crate::support::manifests::reached;
use crate::support::{Place, manifests, operator};

/// A verb on a resource (with its subresource) of a group.
type Right<'a> = (&'a str, &'a str, &'a str);
type OwnedRight = (String, String, String);

/// What is granted although a run like this one does not use it.
const UNUSED: [Right<'_>; 3] = [
    // Asked for only where the cluster's admission enforces OwnerReferencesPermissionEnforcement.
    ("update", "maquette.dev", "components/finalizers"),
    ("update", "maquette.dev", "tunnels/finalizers"),
    ("update", "maquette.dev", "workspaces/finalizers"),
];

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Request {
    verb: String,
    user: User,
    object_ref: Option<ObjectRef>,
    response_status: Option<Answer>,
    #[serde(rename = "requestURI")]
    uri: String,
}

#[derive(Deserialize)]
struct User {
    username: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ObjectRef {
    #[serde(default)]
    api_group: String,
    resource: String,
    subresource: Option<String>,
}

#[derive(Deserialize)]
struct Answer {
    code: Option<u16>,
    message: Option<String>,
}

#[tokio::test]
async fn the_operator_is_refused_nothing_and_uses_everything_that_the_chart_grants() {
    let place = Place::alone("rights").await;
    live_a_life(&place).await;

    let roles = roles(&place).await;
    let requests = requests(&place);
    let refused: Vec<String> = requests.iter().filter_map(refusal).collect();
    assert!(
        refused.is_empty(),
        "the operator was refused:\n{}",
        refused.join("\n")
    );

    let used: BTreeSet<OwnedRight> = requests.iter().flat_map(used).collect();
    let granted: BTreeSet<OwnedRight> = roles.iter().flat_map(expand).collect();
    let expected: BTreeSet<OwnedRight> = UNUSED
        .iter()
        .map(|right| (right.0.into(), right.1.into(), right.2.into()))
        .collect();
    // A server that streams lists answers a watch where another one is listed and read; the three are granted together.
    let is_watched = |right: &OwnedRight| {
        matches!(right.0.as_str(), "get" | "list")
            && used.contains(&("watch".to_owned(), right.1.clone(), right.2.clone()))
    };
    let unused: BTreeSet<OwnedRight> = granted
        .difference(&used)
        .filter(|right| !is_watched(right))
        .cloned()
        .collect();
    assert_eq!(
        unused, expected,
        "granted and not used (left), and what of that is expected (right)"
    );
    let elsewhere: Vec<&OwnedRight> = used.difference(&granted).collect();
    println!(
        "{} rights are granted, {} used; used through other roles: {elsewhere:?}",
        granted.len(),
        used.len()
    );
}

/// Everything that the operator does for a user: all workloads, a name, a route and a tunnel, changes and removals.
async fn live_a_life(place: &Place) {
    let shop = place.workspace("rights");
    shop.apply(&manifests::shop()).await;
    shop.ready().await;
    // The same mistake twice: an event is made, and then counted up.
    for _ in 0..2 {
        let mut wrong = manifests::shop();
        wrong["components"][0]["dependsOn"] = json!([{"component": "nobody"}]);
        shop.apply(&wrong).await;
        shop.explained("UnknownDependency", &["nobody"]).await;
        shop.apply(&manifests::shop()).await;
        shop.ready().await;
    }
    // Another Job, another workload, a component less, another host.
    let mut less = reached(
        "web",
        &[
            place.server("web", "well"),
            place.job("migrate", &["succeed"]),
        ],
    );
    less["networking"]["routes"][0]["host"] = json!(format!("other-{}", shop.host()));
    shop.apply(&less).await;
    shop.ready().await;
    // The pod of the Job loses its owner, so only the operator deletes it.
    let jobs: Api<Job> = place.api();
    let orphans = DeleteParams {
        propagation_policy: Some(PropagationPolicy::Orphan),
        ..DeleteParams::default()
    };
    jobs.delete(&shop.object("migrate"), &orphans)
        .await
        .unwrap();
    shop.delete().await;
    shop.gone().await;
    // Through a tunnel, whose connector is made and removed too.
    let edge = Edge::new(place).await;
    let tunneled = place.workspace("rights");
    tunneled.apply(&edge.workspace("well")).await;
    tunneled.ready().await;
    tunneled.delete().await;
    tunneled.gone().await;
}

async fn roles(place: &Place) -> Vec<PolicyRule> {
    let cluster: Api<ClusterRole> = Api::all(place.client.clone());
    let own: Api<Role> = Api::namespaced(place.client.clone(), operator::NAMESPACE);
    let mut rules = cluster
        .get("maquette-operator")
        .await
        .unwrap()
        .rules
        .unwrap();
    rules.extend(own.get("maquette-operator").await.unwrap().rules.unwrap());
    rules
}

fn expand(rule: &PolicyRule) -> Vec<OwnedRight> {
    let mut rights = Vec::new();
    for group in rule.api_groups.iter().flatten() {
        for resource in rule.resources.iter().flatten() {
            rights.extend(
                rule.verbs
                    .iter()
                    .map(|verb| (verb.clone(), group.clone(), resource.clone())),
            );
        }
    }
    rights
}

/// What the operator asked the API server for in the cluster's life.
fn requests(place: &Place) -> Vec<Request> {
    let log = fs::read_to_string(place.cluster.audit_log()).unwrap();
    let account = format!("system:serviceaccount:{}:maquette", operator::NAMESPACE);
    let lines = log.lines().filter(|line| line.contains(&account));
    // The last line may be half written.
    let requests = lines.filter_map(|line| serde_json::from_str::<Request>(line).ok());
    requests
        .filter(|request| request.user.username == account)
        .collect()
}

/// The rights that a request was checked for. An apply that makes its object needs `create` as well as `patch`.
fn used(request: &Request) -> Vec<OwnedRight> {
    let Some(object) = &request.object_ref else {
        return Vec::new();
    };
    let resource = match &object.subresource {
        Some(subresource) => format!("{}/{subresource}", object.resource),
        None => object.resource.clone(),
    };
    let right = |verb: &str| (verb.to_owned(), object.api_group.clone(), resource.clone());
    let made = request
        .response_status
        .as_ref()
        .is_some_and(|answer| answer.code == Some(201));
    let create = (made && request.verb == "patch").then(|| right("create"));
    create.into_iter().chain([right(&request.verb)]).collect()
}

/// A request that was forbidden. Making an object in a namespace that is being deleted is forbidden to everybody.
fn refusal(request: &Request) -> Option<String> {
    let answer = request
        .response_status
        .as_ref()
        .filter(|answer| answer.code == Some(403))?;
    let message = answer.message.clone().unwrap_or_default();
    (!message.contains("is being terminated"))
        .then(|| format!("{} {}: {message}", request.verb, request.uri))
}

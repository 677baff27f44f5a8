//! The life of one tunnel on the pure functions: what is done when, and what is said and written down.

use super::{
    Act, Answer, Call, Known, Observed,
    observe::wanted,
    place::Place,
    plan::plan,
    secret::{self, Held, Step},
    status::status,
};
use crate::{
    cluster::{Key, Kind},
    engine::{Finalizer, Plan, Report, Results},
};
use jiff::Timestamp;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::Time;
use kube::core::DynamicObject;
use maquette_api::{
    DNSRecord, FINALIZER, ROTATE_ANNOTATION, Tunnel, TunnelEntry, TunnelStatus,
    condition::{Outcome, find},
    tunnel::CONNECTED,
};
use maquette_host::kinds::tunnel::{
    Connector, Established, Observed as Seen, Target, TunnelSecret,
};
use serde_json::json;
use std::{collections::BTreeMap, sync::Arc, time::Duration};

const OWNER: &str = "maquette/uid/shop/web";
const NAME: &str = "shop-web-0011223344";

fn tunnel() -> Tunnel {
    let spec = json!({
        "provider": "edge",
        "routes": [{ "host": "web.test", "service": { "name": "web", "port": 80 } }],
    });
    let mut tunnel = Tunnel::new("web", serde_json::from_value(spec).unwrap());
    tunnel.metadata.namespace = Some("shop".into());
    tunnel.metadata.uid = Some("u1".into());
    tunnel.metadata.generation = Some(1);
    tunnel.metadata.finalizers = Some(vec![FINALIZER.into()]);
    tunnel
}

/// A tunnel that the provider has, as the ledger says. Without a version the provider keeps nothing of it.
fn kept(version: Option<&str>) -> Tunnel {
    let mut tunnel = tunnel();
    tunnel.status = Some(TunnelStatus {
        observed_generation: Some(1),
        target: vec!["in.test".into()],
        ledger: vec![TunnelEntry {
            provider: "edge".into(),
            name: NAME.into(),
            id: Some("id-1".into()),
            version: version.map(Into::into),
        }],
        ..TunnelStatus::default()
    });
    tunnel
}

fn going(mut tunnel: Tunnel) -> Tunnel {
    tunnel.metadata.deletion_timestamp = Some(Time(now()));
    tunnel
}

fn now() -> Timestamp {
    Timestamp::from_second(1000).unwrap()
}

fn place(images: &[&str]) -> Place {
    Place {
        fingerprint: "f".into(),
        interval: Duration::from_mins(1),
        images: images.iter().map(|&image| image.to_owned()).collect(),
        credentials: BTreeMap::new(),
    }
}

fn held() -> Held {
    Held {
        current: TunnelSecret::random().unwrap(),
        next: None,
        rotated: String::new(),
    }
}

fn observed() -> Observed {
    Observed {
        owner: OWNER.into(),
        name: NAME.into(),
        namespace: "maquette-system".into(),
        place: Ok(place(&["r.test/frpc"])),
        known: None,
        sight: None,
        secret: None,
        candidate: Some(TunnelSecret::random().unwrap()),
        deployment: None,
        secrets: Vec::new(),
        pods: Vec::new(),
        records: Vec::new(),
        dns_provider: None,
        taken: Vec::new(),
        hosts_taken: BTreeMap::new(),
    }
}

fn established() -> Established {
    Established {
        id: "id-1".into(),
        target: Target::Hostname("in.test".into()),
        version: "7".into(),
        connector: Connector {
            image: "r.test/frpc:1".into(),
            args: Vec::new(),
            env: Vec::new(),
            files: Vec::new(),
            ready: None,
        },
    }
}

/// What is known after the provider has made the tunnel with this secret.
fn known(tunnel: &Tunnel, secret: &TunnelSecret) -> Known {
    Known {
        established: established(),
        routes: wanted(tunnel),
        set: true,
        fingerprint: "f".into(),
        secret: secret::digest(secret),
        seen_at: None,
        connections: None,
    }
}

fn seen(owner: &str, tunnel: &Tunnel) -> Seen {
    Seen {
        id: "id-1".into(),
        name: NAME.into(),
        owner: Some(owner.into()),
        routes: wanted(tunnel),
        version: "7".into(),
        connections: None,
    }
}

fn kinds(plan: &Plan<Call>) -> Vec<Kind> {
    plan.apply.iter().map(|object| object.kind).collect()
}

fn acts(plan: &Plan<Call>) -> Vec<&Act> {
    plan.calls.iter().map(|call| &call.act).collect()
}

fn said(
    tunnel: &Tunnel,
    observed: &Observed,
    results: &Results<Call, Answer>,
) -> Report<TunnelStatus> {
    let plan = plan(tunnel, observed, now());
    status(tunnel, observed, &plan, results, now())
}

#[test]
fn the_secret_and_the_ledger_are_there_before_the_provider_hears_of_the_tunnel() {
    let plan = plan(&tunnel(), &observed(), now());
    assert_eq!(kinds(&plan), [Kind::Secret]);
    assert!(
        plan.apply[0].once,
        "two replicas must not replace each other's"
    );
    assert_eq!(acts(&plan), [&Act::Ensure]);

    let intention = said(&tunnel(), &observed(), &Results::default());
    let ledger = intention.status.ledger;
    assert_eq!(
        (ledger[0].name.as_str(), ledger[0].id.as_deref()),
        (NAME, None)
    );
}

#[test]
fn what_the_provider_answers_is_in_the_ledger_and_its_target_is_told() {
    let call = plan(&tunnel(), &observed(), now()).calls.remove(0);
    let results = Results {
        called: true,
        answers: vec![(call, Ok(Some(established())))],
        ..Results::default()
    };
    let status = said(&tunnel(), &observed(), &results).status;
    assert_eq!(status.target, ["in.test"]);
    assert_eq!(status.ledger[0].id.as_deref(), Some("id-1"));
    assert_eq!(status.ledger[0].version.as_deref(), Some("7"));
}

#[test]
fn a_connector_runs_only_from_a_repository_that_was_granted() {
    let (tunnel, secret) = (kept(Some("7")), held());
    let mut observed = observed();
    observed.known = Some(Arc::new(known(&tunnel, &secret.current)));
    observed.secret = Some(secret);
    assert_eq!(
        kinds(&plan(&tunnel, &observed, now())),
        [Kind::Secret, Kind::Deployment]
    );
    for images in [&[][..], &["r.test/frp"], &["r.test/frpc/"]] {
        observed.place = Ok(place(images));
        assert_eq!(kinds(&plan(&tunnel, &observed, now())), [], "{images:?}");
        let results = Results {
            called: true,
            ..Results::default()
        };
        let report = said(&tunnel, &observed, &results);
        assert_eq!(report.verdict.reason, "ConnectorRefused");
        assert!(
            report
                .verdict
                .message
                .contains("connector: {images: [r.test/frpc]}")
        );
    }
    observed.place = Ok(place(&["r.test/"]));
    assert_eq!(
        kinds(&plan(&tunnel, &observed, now())),
        [Kind::Secret, Kind::Deployment]
    );
}

#[test]
fn a_rotation_forgets_the_old_secret_only_when_the_provider_has_the_new_one() {
    let mut wish = kept(Some("7"));
    let step = |tunnel: &Tunnel, held: &Held, has: &TunnelSecret| {
        secret::step(tunnel, Some(held), Some(&secret::digest(has)))
    };
    let mut held = held();
    let old = held.current.clone();
    assert_eq!(step(&wish, &held, &old), Step::Keep);
    wish.metadata.annotations = Some([(ROTATE_ANNOTATION.to_owned(), "1".to_owned())].into());
    assert_eq!(step(&wish, &held, &old), Step::Begin);
    let new = TunnelSecret::random().unwrap();
    held.next = Some(new.clone());
    // Whoever died here goes on, with both secrets in the cluster.
    assert_eq!(step(&wish, &held, &old), Step::GoOn);
    assert_eq!(step(&wish, &held, &new), Step::Finish);
    held = Held {
        current: new.clone(),
        next: None,
        rotated: "1".into(),
    };
    assert_eq!(step(&wish, &held, &new), Step::Keep);
}

#[test]
fn an_operator_that_forgot_all_gives_the_provider_the_secret_that_the_cluster_holds() {
    let tunnel = kept(Some("7"));
    let mut observed = observed();
    let mut secret = held();
    secret.next = Some(TunnelSecret::random().unwrap());
    observed.secret = Some(secret);
    assert_eq!(
        acts(&plan(&tunnel, &observed, now())),
        [&Act::Rotate { id: "id-1".into() }]
    );
    observed.secret = Some(held());
    assert_eq!(acts(&plan(&tunnel, &observed, now())), [&Act::Ensure]);
}

#[test]
fn routes_that_somebody_else_changed_are_put_right_and_those_of_another_owner_are_left() {
    let (tunnel, secret) = (kept(Some("7")), held());
    let mut observed = observed();
    observed.known = Some(Arc::new(known(&tunnel, &secret.current)));
    observed.secret = Some(secret);
    let mut other = seen(OWNER, &tunnel);
    other.routes.clear();
    other.version = "8".into();
    observed.sight = Some(Ok(Some(other.clone())));
    assert!(
        matches!(acts(&plan(&tunnel, &observed, now()))[..], [Act::SetRoutes { expect, .. }] if expect == "8")
    );
    other.owner = Some("somebody".into());
    observed.sight = Some(Ok(Some(other)));
    assert_eq!(acts(&plan(&tunnel, &observed, now())), [] as [&Act; 0]);
    let results = Results {
        called: true,
        ..Results::default()
    };
    assert_eq!(
        said(&tunnel, &observed, &results).verdict.reason,
        "TunnelConflict"
    );
}

#[test]
fn a_connector_that_runs_is_not_connected_where_the_provider_sees_nobody() {
    let (tunnel, secret) = (kept(Some("7")), held());
    let mut observed = observed();
    let mut unconnected = known(&tunnel, &secret.current);
    unconnected.connections = Some(0);
    observed.known = Some(Arc::new(unconnected));
    observed.secret = Some(secret);
    let mut deployment = DynamicObject::new(NAME, &Kind::Deployment.api_resource());
    deployment.metadata.generation = Some(1);
    deployment.data = json!({
        "spec": { "replicas": 1 },
        "status": { "observedGeneration": 1, "replicas": 1, "updatedReplicas": 1, "availableReplicas": 1, "readyReplicas": 1 },
    });
    observed.deployment = Some(Arc::new(deployment));
    let results = Results {
        called: true,
        ..Results::default()
    };
    let report = said(&tunnel, &observed, &results);
    assert_eq!(
        report.verdict.reason, "ConnectorNotReady",
        "{}",
        report.verdict.message
    );
    assert_eq!(
        find(&report.status.conditions, CONNECTED).unwrap().status,
        "False"
    );

    let connected = Known {
        connections: Some(2),
        ..known(&tunnel, &held().current)
    };
    let secret = observed.secret.as_ref().unwrap().current.clone();
    observed.known = Some(Arc::new(Known {
        secret: secret::digest(&secret),
        ..connected
    }));
    let report = said(&tunnel, &observed, &results);
    assert_eq!(
        report.verdict.outcome,
        Outcome::Ready,
        "{}",
        report.verdict.message
    );
}

/// Everything that a teardown finds, at a provider that keeps tunnels or does not.
fn all(tunnel: &Tunnel, keeps: bool) -> Observed {
    let mut observed = observed();
    let mut record = DNSRecord::new(
        "web-1",
        serde_json::from_value(
            json!({ "provider": "corp", "name": "web.test", "type": "A", "values": ["192.0.2.1"] }),
        )
        .unwrap(),
    );
    record.metadata.uid = Some("r1".into());
    observed.records = vec![Arc::new(record)];
    let mut deployment = DynamicObject::new(NAME, &Kind::Deployment.api_resource());
    deployment.metadata.uid = Some("d1".into());
    observed.deployment = Some(Arc::new(deployment));
    observed.secrets = vec![(Key::new("maquette-system", NAME), "s1".into())];
    observed.sight = keeps.then(|| Ok(Some(seen(OWNER, tunnel))));
    observed
}

#[test]
fn names_go_first_then_routes_then_the_connector_then_the_tunnel_then_secrets() {
    for keeps in [true, false] {
        let tunnel = going(kept(keeps.then_some("7")));
        let mut observed = all(&tunnel, keeps);
        let mut order = Vec::new();
        let mut ledger = tunnel.clone();
        loop {
            let plan = plan(&ledger, &observed, now());
            if plan.finalizer == Finalizer::Remove {
                break;
            }
            let step = match (plan.delete.first(), acts(&plan)[..].first()) {
                (Some(deletion), _) => deletion.kind.to_string(),
                (_, Some(Act::SetRoutes { routes, .. })) => format!("routes {}", routes.len()),
                (_, Some(Act::Delete { id })) => id.clone(),
                other => panic!("stuck after {order:?}: {other:?}"),
            };
            match step.as_str() {
                "DNSRecord" => observed.records.clear(),
                "Deployment" => observed.deployment = None,
                "Secret" => observed.secrets.clear(),
                "routes 0" => {
                    let mut empty = seen(OWNER, &tunnel);
                    empty.routes.clear();
                    observed.sight = Some(Ok(Some(empty)));
                }
                _ => {
                    observed.sight = keeps.then_some(Ok(None));
                    // Of what the provider keeps nothing, the answer is all that there is to see.
                    ledger.status.as_mut().unwrap().ledger.clear();
                }
            }
            order.push(step);
        }
        let mut expected = vec!["DNSRecord", "routes 0", "Deployment", "id-1", "Secret"];
        if !keeps {
            expected.remove(1);
        }
        assert_eq!(order, expected, "keeps: {keeps}");
    }
}

#[test]
fn the_end_waits_for_a_provider_that_keeps_the_tunnel_and_says_how_to_leave_it() {
    let tunnel = going(kept(Some("7")));
    let mut observed = all(&tunnel, true);
    observed.records.clear();
    observed.sight = Some(Err(crate::providers::LaneError::Closed));
    let waiting = plan(&tunnel, &observed, now());
    assert!(
        waiting.delete.is_empty()
            && waiting.calls.is_empty()
            && waiting.finalizer == Finalizer::Keep
    );
    let results = Results {
        called: true,
        ..Results::default()
    };
    let message = said(&tunnel, &observed, &results).verdict.message;
    assert!(message.contains("maquette.dev/abandon=true"), "{message}");

    let mut left = tunnel;
    left.metadata.annotations =
        Some([("maquette.dev/abandon".to_owned(), "true".to_owned())].into());
    assert_eq!(
        plan(&left, &observed, now()).delete[0].kind,
        Kind::Deployment
    );
}

#[test]
fn a_tunnel_that_is_another_owners_by_now_is_not_deleted() {
    let tunnel = going(kept(Some("7")));
    let mut observed = observed();
    observed.sight = Some(Ok(Some(seen("somebody", &tunnel))));
    let plan = plan(&tunnel, &observed, now());
    assert_eq!((acts(&plan), plan.finalizer), (vec![], Finalizer::Remove));
}

#[test]
fn the_younger_of_two_tunnels_with_one_host_does_nothing_and_names_the_older() {
    let mut observed = observed();
    observed
        .hosts_taken
        .insert("web.test".into(), Key::new("team", "old"));
    let plan = plan(&tunnel(), &observed, now());
    assert!(plan.apply.is_empty() && plan.calls.is_empty());
    let verdict = said(&tunnel(), &observed, &Results::default()).verdict;
    assert_eq!(verdict.reason, "HostnameTaken");
    assert!(verdict.message.contains("team/old"), "{}", verdict.message);
}

//! The life of one tunnel on the pure functions: what is done when, and what is said and written down.

mod end;
mod life;

use super::{
    Act, Answer, Call, Known, Observed,
    facts::wanted,
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
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::Duration,
};

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
        recalled: crate::controllers::outside::Recalled::default(),
        secret: None,
        candidate: Some(TunnelSecret::random().unwrap()),
        deployment: None,
        secrets: Vec::new(),
        pods: Vec::new(),
        records: Vec::new(),
        dns_provider: None,
        taken: Vec::new(),
        hosts_taken: BTreeSet::new(),
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

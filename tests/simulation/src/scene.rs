//! The cluster and the providers as every run finds them.

use crate::{
    NAMESPACE,
    api::{Id, Options},
    providers::{DnsServer, TunnelServer},
    script::{NAMESPACES, ZONE, user},
    world::World,
};
use base64::{Engine as _, prelude::BASE64_STANDARD};
use maquette_operator::cluster::Kind;
use serde_json::{Value, json};

pub(crate) fn set(world: &mut World) {
    for namespace in ["kube-system", NAMESPACE, "infra"]
        .into_iter()
        .chain(NAMESPACES)
    {
        create(
            world,
            Kind::Namespace,
            "",
            namespace,
            json!({ "metadata": {} }),
        );
    }
    secret(world);
    let listeners = json!([{ "name": "http", "protocol": "HTTP", "port": 80 }]);
    let spec = json!({ "gatewayClassName": "simulated", "listeners": listeners });
    create(
        world,
        Kind::Gateway,
        "infra",
        "gateway",
        json!({ "metadata": {}, "spec": spec }),
    );
    for (name, image) in [
        ("dns", "registry.test/dns"),
        ("tunnel", "registry.test/tunnel"),
    ] {
        let spec = json!({ "image": image, "version": "1.0.0" });
        create(
            world,
            Kind::Plugin,
            "",
            name,
            json!({ "metadata": {}, "spec": spec }),
        );
    }
    for (name, server) in [("dns", "dns"), ("tunnel", "tunnels")] {
        let scope = json!({ "types": ["A", "AAAA", "CNAME", "TXT"] });
        let spec = json!({
            "plugin": name, "scope": scope, "config": { "server": server },
            "credentials": { "token": { "secretRef": { "name": "token", "key": "token" } } },
            "connector": { "images": ["registry.test/connector"] },
        });
        create(
            world,
            Kind::Provider,
            "",
            name,
            json!({ "metadata": {}, "spec": spec }),
        );
    }
    let mut dns = DnsServer::default();
    dns.zones
        .insert(ZONE.to_owned(), std::collections::BTreeMap::new());
    world.servers.dns.insert("dns".to_owned(), dns);
    world
        .servers
        .tunnels
        .insert("tunnels".to_owned(), TunnelServer::default());
}

/// The Secret with the credential of the providers.
pub(crate) fn secret(world: &mut World) {
    let data = json!({ "token": BASE64_STANDARD.encode("secret") });
    create(
        world,
        Kind::Secret,
        NAMESPACE,
        "token",
        json!({ "metadata": {}, "type": "Opaque", "data": data }),
    );
}

fn create(world: &mut World, kind: Kind, namespace: &str, name: &str, body: Value) {
    let id = Id::of(kind, namespace, name);
    user(world, |store, options: &Options| {
        drop(store.create(&id, body, options));
    });
}

//! The hash of a component's template: the user's changes change it, and those of the Gateway do not.

use super::*;
use crate::controllers::component::TEMPLATE_HASH_ANNOTATION;

/// The Component with the value, behind a Gateway of this port: its hash, and whether it has the URL with the port.
fn rendered(value: &str, host: &str, port: u16) -> (Option<String>, bool) {
    let shop = workspace(json!({
        "networking": {
            "gateway": { "name": "shared", "namespace": "infra" },
            "routes": [{ "to": { "component": "web" }, "host": host }],
        },
        "components": [{
            "name": "web",
            "networks": [{ "name": "http", "port": 3000 }],
            "template": { "containers": [{ "name": "web", "env": [{ "name": "V", "value": value }] }] },
        }],
    }));
    let mut observed = around();
    if let Some(Ok(gateway)) = &mut observed.gateway {
        gateway.listeners[0].port = port;
    }
    let plan = plan(&shop, &observed);
    let mut applied = plan.apply.iter();
    let web = applied
        .find(|object| object.kind == Kind::Component)
        .unwrap();
    let object = web.object();
    let hash = object["metadata"]["annotations"][TEMPLATE_HASH_ANNOTATION].as_str();
    let text = object["spec"].to_string();
    (
        hash.map(str::to_owned),
        text.contains(&format!("{host}:{port}")),
    )
}

#[test]
fn the_scheme_and_port_of_a_url_do_not_change_the_hash_and_its_host_does() {
    let (hash, has_url) = rendered("at ${workspace::url}", "a.test", 8000);
    assert!(hash.is_some() && has_url);
    assert_eq!(
        rendered("at ${workspace::url}", "a.test", 9000),
        (hash.clone(), true)
    );
    assert_ne!(rendered("at ${workspace::url}", "b.test", 8000).0, hash);
    assert_ne!(rendered("on ${workspace::url}", "a.test", 8000).0, hash);
    // The hash of any other template is that of the Component's spec.
    assert_eq!(rendered("${workspace::host}", "a.test", 8000).0, None);
}

//! What comes and goes when, and what is said meanwhile.

use super::*;

#[test]
fn a_component_is_made_as_soon_as_its_own_dependencies_hold_and_not_earlier() {
    let mut observed = around();
    let components = |observed: &Observed| {
        names(&plan(&shop(), observed))
            .into_iter()
            .filter(|n| n.starts_with("Component"))
            .collect::<Vec<_>>()
    };
    assert_eq!(components(&observed), ["Component shop-redis"]);
    with(&mut observed, "redis", None, &[]);
    assert_eq!(components(&observed), ["Component shop-redis"]);
    with(&mut observed, "redis", Some(&Verdict::ready("")), &[]);
    assert_eq!(
        components(&observed),
        ["Component shop-redis", "Component shop-migrate"]
    );
    with(&mut observed, "migrate", Some(&Verdict::ready("")), &[]);
    assert_eq!(components(&observed).len(), 2, "Ready is not Completed");
    with(
        &mut observed,
        "migrate",
        Some(&Verdict::ready("")),
        &["Completed"],
    );
    assert_eq!(components(&observed).len(), 3);
}

#[test]
fn the_first_cause_is_said_and_not_what_waits_for_it() {
    let mut observed = around();
    with(
        &mut observed,
        "redis",
        Some(&Verdict::failing(
            "ImagePullFailed",
            "image redis cannot be pulled",
        )),
        &[],
    );
    assert_eq!(
        said(&shop(), &observed),
        (
            "Deploying".into(),
            "ImagePullFailed".into(),
            "component redis: image redis cannot be pulled".into()
        )
    );
    let report = status(&shop(), &observed, &Results::default(), now());
    let messages: Vec<_> = report
        .status
        .components
        .iter()
        .map(|c| c.message.as_str())
        .collect();
    assert_eq!(
        messages,
        [
            "image redis cannot be pulled",
            "waits for redis to be Ready",
            "waits for migrate to be Completed and redis to be Ready"
        ]
    );
}

#[test]
fn names_are_deleted_before_routes_and_routes_before_components_in_reverse_order() {
    let mut shop = shop();
    shop.metadata.deletion_timestamp = Some(Time(now()));
    let mut observed = around();
    for name in ["redis", "migrate", "web"] {
        with(&mut observed, name, Some(&Verdict::ready("")), &[]);
    }
    let mut route = DynamicObject::new("shop-1", &Kind::HTTPRoute.api_resource()).within("team");
    route.metadata.uid = Some("r1".into());
    observed.routes.push(Arc::new(route.into()));
    let mut record = DNSRecord::new(
        "shop-1",
        serde_json::from_value(
            json!({ "provider": "corp", "name": "a", "type": "A", "values": ["198.18.0.1"] }),
        )
        .unwrap(),
    );
    record.metadata.uid = Some("d1".into());
    observed.records.push(Arc::new(record));

    let mut order = Vec::new();
    loop {
        let plan = plan(&shop, &observed);
        if plan.finalizer == Finalizer::Remove {
            break;
        }
        let step = deleted(&plan);
        assert!(!step.is_empty(), "stuck after {order:?}");
        observed.records.clear();
        if step.iter().any(|d| d.starts_with("HTTPRoute")) {
            observed.routes.clear();
        }
        for name in step
            .iter()
            .filter_map(|d| d.strip_prefix("Component shop-"))
        {
            observed.components.remove(name);
        }
        order.push(step.join(","));
    }
    assert_eq!(
        order,
        [
            "DNSRecord shop-1",
            "HTTPRoute shop-1",
            "Component shop-web",
            "Component shop-migrate",
            "Component shop-redis"
        ]
    );
}

#[test]
fn what_is_being_deleted_blocks_the_next_step_and_is_not_deleted_again() {
    let mut shop = shop();
    shop.metadata.deletion_timestamp = Some(Time(now()));
    let mut observed = around();
    with(&mut observed, "redis", None, &[]);
    let mut web = Component::new(
        "shop-web",
        serde_json::from_value(json!({ "template": { "containers": [] } })).unwrap(),
    );
    web.metadata.deletion_timestamp = Some(Time(now()));
    observed.components.insert("web".into(), Arc::new(web));
    let plan = plan(&shop, &observed);
    assert_eq!((deleted(&plan), plan.finalizer), (vec![], Finalizer::Keep));
    assert_eq!(said(&shop, &observed).0, "Terminating");
}

#[test]
fn a_component_that_left_the_spec_goes() {
    let mut observed = around();
    with(&mut observed, "redis", Some(&Verdict::ready("")), &[]);
    with(&mut observed, "old", Some(&Verdict::ready("")), &[]);
    assert_eq!(deleted(&plan(&shop(), &observed)), ["Component shop-old"]);
}

//! Hosts: what they are called and who has them.

use super::*;

#[test]
fn a_host_may_carry_the_name_and_the_namespace_and_nothing_else() {
    let with_host = |host: &str| {
        let mut shop = shop();
        shop.spec.networking.as_mut().unwrap().routes[0].host = Some(host.into());
        shop
    };
    let urls = |host: &str| {
        status(&with_host(host), &around(), &Results::default(), now())
            .status
            .urls
    };
    assert_eq!(
        urls("${workspace::namespace}-${workspace::name}.preview.test"),
        ["http://team-shop.preview.test:8000"]
    );
    for (host, reason) in [
        ("${components::web.host}.preview.test", "UnknownReference"),
        ("${workspace::name}.other.test", "InvalidSpec"),
        (
            "${workspace::name}${workspace::name}-.preview.test",
            "InvalidSpec",
        ),
    ] {
        let (_, said, message) = said(&with_host(host), &around());
        assert_eq!(said, reason, "{message}");
        assert!(
            message.starts_with("spec.networking.routes[0].host: "),
            "{message}"
        );
    }
}

#[test]
fn the_younger_of_two_workspaces_with_one_host_is_stalled_and_keeps_no_route() {
    let mut observed = around();
    observed
        .hosts_taken
        .insert("shop.preview.test".into(), Key::new("other", "shop"));
    let (phase, reason, message) = said(&shop(), &observed);
    assert_eq!(
        (phase.as_str(), reason.as_str()),
        ("Failed", "HostnameTaken")
    );
    assert!(message.contains("other/shop"), "{message}");
    assert_eq!(names(&plan(&shop(), &observed)), ["Component shop-redis"]);
}

#[test]
fn a_mistake_in_one_route_gives_no_other_host_away() {
    let mut shop = shop();
    let networking = shop.spec.networking.as_mut().unwrap();
    let mut wrong = networking.routes[0].clone();
    wrong.host = Some("${workspace::nmae}.preview.test".into());
    networking.routes.push(wrong);
    assert_eq!(said(&shop, &around()).1, "UnknownReference");
    let hosts: Vec<String> = super::super::places::hosts(&shop).into_iter().collect();
    assert_eq!(hosts, ["shop.preview.test"]);
}

#[test]
fn what_is_in_the_way_is_not_touched_and_looked_at_again() {
    let key = Key::new(
        "team",
        super::super::names::of_host("shop", "shop.preview.test"),
    );
    let mut observed = around();
    observed.taken.push((Kind::HTTPRoute, key));
    let plan = plan(&shop(), &observed);
    assert!(
        !names(&plan)
            .iter()
            .any(|name| name.starts_with("HTTPRoute"))
    );
    assert!(plan.again_in.is_some());
    assert_eq!(said(&shop(), &observed).1, "NameTaken");
}

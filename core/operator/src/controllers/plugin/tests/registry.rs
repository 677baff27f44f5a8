//! Registries that have nothing to offer, and when they are asked again.

use super::*;

#[test]
fn what_runs_goes_on_while_the_registry_offers_nothing_and_a_wrong_spec_is_told() {
    let mut case = Case::with(&json!({"version": "~1.2"}), version("1.2.0", "a"));
    let (status, _) = case.observe(Err(not_found()));
    assert_eq!(
        (told(&status), ready(&status)),
        (("1.2.0", "PluginNotFound"), true)
    );
    case.specify(&json!({"version": "~9"}));
    let (status, _) = case.observe(Err(not_found()));
    assert_eq!(
        (told(&status), ready(&status)),
        (("1.2.0", "PluginNotFound"), false)
    );
    assert_eq!(status.digest, Some(Digest::of(b"a").to_string()));
}

#[test]
fn the_registry_is_asked_again_for_what_can_move_and_only_for_that() {
    let again = |spec: &Value| {
        let case = Case::with(spec, version("1.2.0", "a"));
        let observed = Observed {
            running: case.running.clone().map(Ok),
            offered: Ok(version("1.2.0", "a")),
            pulled_from: None,
            unfit: Vec::new(),
            used_by: Vec::new(),
            recalled: crate::controllers::outside::Recalled::default(),
        };
        plan(&case.plugin, &observed).again_in
    };
    assert_eq!(
        again(&json!({"version": "~1.2"})),
        Some(Duration::from_mins(5))
    );
    let own = json!({"version": "1.2.0", "intervalSeconds": 60});
    assert_eq!(again(&own), Some(Duration::from_mins(1)));
    assert_eq!(
        again(&json!({"digest": Digest::of(b"a").to_string()})),
        None
    );
}

//! How a tunnel comes to its end.

use super::*;

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
    observed.deployment = Some(Arc::new(deployment.into()));
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

//! How a tunnel comes to be and is kept.

use super::*;

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
    observed.deployment = Some(Arc::new(deployment.into()));
    let results = Results {
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

#[test]
fn a_tunnel_with_a_host_that_another_object_holds_does_nothing_and_does_not_tell_whose_it_is() {
    let mut observed = observed();
    observed.hosts_taken.insert("web.test".into());
    let plan = plan(&tunnel(), &observed, now());
    assert!(plan.apply.is_empty() && plan.calls.is_empty());
    let verdict = said(&tunnel(), &observed, &Results::default()).verdict;
    assert_eq!(verdict.reason, "HostnameTaken");
    assert_eq!(
        verdict.message,
        "spec.routes: the host web.test is in use by another object; set another host, or wait until it is free"
    );
}

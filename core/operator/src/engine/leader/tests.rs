use super::{lease::held_by, *};
use k8s_openapi::{
    api::coordination::v1::LeaseSpec, apimachinery::pkg::apis::meta::v1::ObjectMeta,
};

fn lease(holder: &str, version: &str) -> Lease {
    Lease {
        metadata: ObjectMeta {
            resource_version: Some(version.to_owned()),
            ..ObjectMeta::default()
        },
        spec: Some(LeaseSpec {
            lease_duration_seconds: Some(0),
            ..held_by(holder, &Clock::default())
        }),
    }
}

#[test]
fn taking_over_counts_a_transition_and_renewing_does_not() {
    let taken = renewal(&lease("a", "1"), "b", &Clock::default());
    assert_eq!(taken.spec.as_ref().unwrap().lease_transitions, Some(1));
    assert_eq!(
        renewal(&taken, "b", &Clock::default())
            .spec
            .unwrap()
            .lease_transitions,
        Some(1)
    );
}

#[test]
fn a_lease_expires_only_after_it_was_seen_unchanged() {
    let mut seen = None;
    assert!(!is_expired(&lease("a", "1"), &mut seen));
    assert!(is_expired(&lease("a", "1"), &mut seen));
    assert!(!is_expired(&lease("a", "2"), &mut seen));
}

/// An API server that accepts every Lease, and answers after a while.
fn slow_client(answers_after: Duration) -> Client {
    let service = tower::service_fn(
        move |request: http::Request<kube::client::Body>| async move {
            let body = match *request.method() {
                http::Method::GET => serde_json::to_vec(&lease("", "1")).unwrap(),
                _ => request.into_body().collect_bytes().await.unwrap().to_vec(),
            };
            tokio::time::sleep(answers_after).await;
            let body = kube::client::Body::from(body);
            Ok::<_, std::convert::Infallible>(http::Response::new(body))
        },
    );
    Client::new(service, "maquette-system")
}

#[tokio::test(start_paused = true)]
async fn the_right_to_act_counts_from_the_request_of_the_renewal_and_not_from_its_answer() {
    let client = slow_client(Duration::from_millis(3900));
    // Acquiring takes two requests, so it is tried until the answers come in time.
    let client_in_time = slow_client(Duration::from_millis(1));
    let mut leadership = Leadership::acquire(
        client_in_time,
        "maquette-system",
        "maquette",
        "a",
        Clock::default(),
    )
    .await;
    leadership.api = Api::namespaced(client, "maquette-system");
    let fence = leadership.fence();
    tokio::select! {
        error = leadership.keep() => panic!("{error}"),
        // The second renewal was requested at 5 s and answered at 8.9 s.
        () = tokio::time::sleep(Duration::from_secs(9)) => {}
    }
    assert!(
        fence.left() <= Duration::from_millis(6100),
        "{:?}",
        fence.left()
    );
    assert!(fence.check().is_ok());
}

#[tokio::test(start_paused = true)]
async fn an_api_server_that_does_not_answer_ends_the_leadership_before_the_lease_expires() {
    let client = slow_client(Duration::from_millis(1));
    let mut leadership =
        Leadership::acquire(client, "maquette-system", "maquette", "a", Clock::default()).await;
    leadership.api = Api::namespaced(slow_client(Duration::from_mins(10)), "maquette-system");
    let began = Instant::now();
    assert!(matches!(leadership.keep().await, LeaderError::Lost));
    assert!(began.elapsed() <= ACT, "{:?}", began.elapsed());
}

//! The rules of the engine, with a controller that only counts and an API server that is a function.

use super::{
    Controller, Deletion, Desired, Executor, Finalizer, Metrics, Plan, Report, Results,
    owner_reference, refused, run,
};
use crate::{
    clock::Clock,
    cluster::{Caches, Fence, Key, Kind, Reads, Writer},
};
use http::{Method, Request, Response, StatusCode};
use jiff::Timestamp;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::Condition;
use kube::{
    Client,
    client::Body,
    runtime::events::{Recorder, Reporter},
};
use maquette_api::{Workspace, WorkspaceStatus, condition::Verdict, reason};
use serde_json::{Map, Value, json};
use std::{
    collections::BTreeMap,
    convert::Infallible,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
    time::Duration,
};
use tokio_util::sync::CancellationToken;

/// Answers like an API server, and keeps what it was asked for.
#[derive(Clone, Default)]
struct Server {
    /// Method and path of each request, besides events.
    asked: Arc<Mutex<Vec<String>>>,
    version: Arc<AtomicU64>,
    /// What these requests, by a part of their line, are answered with instead.
    instead: Arc<Vec<(&'static str, u16, Value)>>,
}

impl Server {
    fn answering(instead: Vec<(&'static str, u16, Value)>) -> Self {
        Self {
            instead: Arc::new(instead),
            version: Arc::new(AtomicU64::new(100)),
            ..Self::default()
        }
    }

    fn client(&self) -> Client {
        let server = self.clone();
        let service = tower::service_fn(move |request: Request<Body>| {
            let server = server.clone();
            async move { Ok::<_, Infallible>(server.answer(request).await) }
        });
        Client::new(service, "default")
    }

    async fn answer(&self, request: Request<Body>) -> Response<Body> {
        let line = format!("{} {}", request.method(), request.uri().path());
        let is_read = request.method() == Method::GET;
        let body = request.into_body().collect_bytes().await.unwrap();
        if !line.contains("/events") {
            self.asked.lock().unwrap().push(line.clone());
        }
        let other = self.instead.iter().find(|(part, ..)| line.contains(part));
        let (status, mut answer) = match other {
            Some((_, status, answer)) => (*status, answer.clone()),
            None if is_read => (404, failure(404, "NotFound")),
            None => {
                let mut whole = if line.ends_with("/status") {
                    workspace()
                } else {
                    json!({})
                };
                let written: Value = serde_json::from_slice(&body).unwrap_or_default();
                json_patch(&mut whole, &written);
                (200, whole)
            }
        };
        if status == 200 {
            let version = self.version.fetch_add(1, Ordering::Relaxed);
            answer["metadata"]["resourceVersion"] = json!(version.to_string());
            if answer["metadata"]["uid"].is_null() {
                answer["metadata"]["uid"] = json!(format!("made-{version}"));
            }
        }
        let body = Body::from(answer.to_string().into_bytes());
        let status = StatusCode::from_u16(status).unwrap();
        Response::builder().status(status).body(body).unwrap()
    }

    fn asked(&self, part: &str) -> usize {
        let asked = self.asked.lock().unwrap();
        asked.iter().filter(|line| line.contains(part)).count()
    }
}

/// The workspace as the API server has it, before its first status.
fn workspace() -> Value {
    json!({
        "apiVersion": "maquette.dev/v1alpha1", "kind": "Workspace",
        "metadata": {"name": "shop", "namespace": "shop", "uid": "w1", "generation": 1, "resourceVersion": "1"},
        "spec": {"components": []},
    })
}

/// Objects are merged, everything else is replaced.
fn json_patch(whole: &mut Value, written: &Value) {
    match (whole, written) {
        (Value::Object(whole), Value::Object(written)) => {
            for (key, value) in written {
                json_patch(whole.entry(key.clone()).or_insert(Value::Null), value);
            }
        }
        (whole, written) => *whole = written.clone(),
    }
}

fn failure(code: u16, reason: &str) -> Value {
    json!({"kind": "Status", "apiVersion": "v1", "status": "Failure", "code": code, "reason": reason, "message": reason})
}

/// Stands for a ledger: a workspace has none.
const LEDGER: &str = "what the call may create";

/// Reports the same verdict each time, and applies these Services.
struct Counting {
    passes: AtomicUsize,
    calls: AtomicUsize,
    again_in: Option<Duration>,
    services: Vec<&'static str>,
    has_call: bool,
    verdict: fn() -> Verdict,
}

impl Counting {
    fn new(verdict: fn() -> Verdict) -> Self {
        Self {
            passes: AtomicUsize::new(0),
            calls: AtomicUsize::new(0),
            again_in: None,
            services: Vec::new(),
            has_call: false,
            verdict,
        }
    }
}

struct Seen {
    again_in: Option<Duration>,
    services: Vec<&'static str>,
    has_call: bool,
    verdict: fn() -> Verdict,
}

impl Controller for Counting {
    type Object = Workspace;
    type Observed = Seen;
    type Call = ();
    type Answer = ();

    fn conditions(status: &WorkspaceStatus) -> &[Condition] {
        &status.conditions
    }

    async fn observe(&self, _: &Reads, _: &Arc<Workspace>) -> Seen {
        self.passes.fetch_add(1, Ordering::Relaxed);
        Seen {
            again_in: self.again_in,
            services: self.services.clone(),
            has_call: self.has_call,
            verdict: self.verdict,
        }
    }

    fn plan(workspace: &Workspace, seen: &Seen, _: Timestamp) -> Plan<()> {
        let service = |name: &&str| {
            let body = json!({"ports": [{"name": "http", "port": 80}]});
            Desired::new(
                Kind::Service,
                Key::new("shop", *name),
                &owner_reference(Kind::Workspace, workspace),
                &BTreeMap::new(),
                &BTreeMap::new(),
                Map::from_iter([("spec".to_owned(), body)]),
            )
        };
        Plan {
            finalizer: Finalizer::Keep,
            apply: seen.services.iter().map(service).collect(),
            delete: Vec::<Deletion>::new(),
            calls: if seen.has_call { vec![()] } else { Vec::new() },
            again_in: seen.again_in,
            ..Plan::default()
        }
    }

    fn intention(workspace: &Workspace, _: &Seen, _: &Plan<()>) -> Option<WorkspaceStatus> {
        let status = workspace.status.clone().unwrap_or_default();
        Some(WorkspaceStatus {
            url: Some(LEDGER.to_owned()),
            ..status
        })
    }

    fn status(
        workspace: &Workspace,
        seen: &Seen,
        _: &Plan<()>,
        results: &Results<(), ()>,
        now: Timestamp,
    ) -> Report<WorkspaceStatus> {
        let mut status = workspace.status.clone().unwrap_or_default();
        let verdict = results
            .refused
            .first()
            .map_or_else(|| (seen.verdict)(), refused);
        status.conditions = verdict.conditions(&status.conditions, Some(1), now);
        status.url = seen.has_call.then(|| LEDGER.to_owned());
        Report { status, verdict }
    }

    async fn call(&self, _: &Arc<Workspace>, (): ()) {
        self.calls.fetch_add(1, Ordering::Relaxed);
    }
}

/// Runs the controller with one workspace for ten minutes of paused time.
async fn ten_minutes(server: &Server, controller: Counting) -> Arc<Counting> {
    let caches = Arc::new(Caches::default());
    caches
        .workspaces
        .put(serde_json::from_value(workspace()).unwrap());
    let reporter = Reporter {
        controller: "maquette".to_owned(),
        instance: None,
    };
    let writer = Writer::new(
        server.client(),
        caches.clone(),
        Fence::unlimited(),
        |_, _| {},
    );
    let executor = Executor::new(
        caches,
        writer,
        Recorder::new(server.client(), reporter),
        Metrics::default(),
        Clock::default(),
    );
    let (controller, stop) = (Arc::new(controller), CancellationToken::new());
    let running = run(controller.clone(), executor, 4, stop.clone());
    let ended = async {
        tokio::time::sleep(Duration::from_mins(10)).await;
        stop.cancel();
    };
    futures::future::join(running, ended).await;
    controller
}

fn stalled() -> Verdict {
    Verdict::stalled(reason::INVALID_SPEC, "it cannot work")
}

fn failing() -> Verdict {
    Verdict::failing(reason::PROVIDER_UNAVAILABLE, "it does not answer")
}

fn ready() -> Verdict {
    Verdict::ready("all is well")
}

#[tokio::test(start_paused = true)]
async fn an_object_that_stays_wrong_costs_one_status_write_and_passes_at_its_back_off() {
    for (verdict, most) in [(stalled as fn() -> Verdict, 16), (failing, 40)] {
        let server = Server::answering(Vec::new());
        let controller = Counting {
            again_in: Some(Duration::from_millis(10)),
            ..Counting::new(verdict)
        };
        let controller = ten_minutes(&server, controller).await;
        assert_eq!(server.asked("/status"), 1, "status writes in ten minutes");
        let passes = controller.passes.load(Ordering::Relaxed);
        assert!((2..=most).contains(&passes), "{passes} passes");
    }
}

#[tokio::test(start_paused = true)]
async fn no_call_is_made_where_the_ledger_was_not_written() {
    let not_found = ("/status", 404, failure(404, "NotFound"));
    let server = Server::answering(vec![not_found]);
    let controller = Counting {
        has_call: true,
        ..Counting::new(ready)
    };
    let controller = ten_minutes(&server, controller).await;
    assert_eq!(controller.calls.load(Ordering::Relaxed), 0);
}

#[tokio::test(start_paused = true)]
async fn an_object_that_cannot_be_written_is_reported_and_does_not_block_the_others_nor_is_followed_by_calls()
 {
    let down = ("/services/first", 500, failure(500, "InternalError"));
    let server = Server::answering(vec![down]);
    let controller = Counting {
        services: vec!["first", "second"],
        has_call: true,
        ..Counting::new(ready)
    };
    let controller = ten_minutes(&server, controller).await;
    assert_eq!(server.asked("/services/second"), 1, "created once");
    assert!(server.asked("/services/first") > 2, "retried");
    assert_eq!(controller.calls.load(Ordering::Relaxed), 0);
    assert_eq!(server.asked("/status"), 2, "the ledger, and the report");
}

#[tokio::test(start_paused = true)]
async fn an_object_of_another_owner_is_never_changed() {
    let theirs = json!({
        "apiVersion": "v1", "kind": "Service",
        "metadata": {"name": "first", "namespace": "shop", "uid": "theirs"}, "spec": {},
    });
    let server = Server::answering(vec![
        (
            "PATCH /api/v1/namespaces/shop/services/first",
            409,
            failure(409, "Conflict"),
        ),
        ("GET /api/v1/namespaces/shop/services/first", 200, theirs),
    ]);
    let controller = Counting {
        services: vec!["first"],
        ..Counting::new(ready)
    };
    ten_minutes(&server, controller).await;
    let (writes, reads) = (server.asked("PATCH /api/v1"), server.asked("GET /api/v1"));
    assert_eq!(writes, reads, "each attempt to create it, and nothing else");
    assert!(writes <= 16, "{writes} attempts in ten minutes");
    assert_eq!(
        server.asked("/status"),
        1,
        "one report that the name is taken"
    );
}

#[tokio::test(start_paused = true)]
async fn an_object_at_rest_is_neither_reconciled_nor_written() {
    let server = Server::answering(Vec::new());
    let controller = Counting {
        services: vec!["first"],
        ..Counting::new(ready)
    };
    let controller = ten_minutes(&server, controller).await;
    assert_eq!(server.asked("/services/first"), 1);
    assert_eq!(server.asked("/status"), 1);
    assert_eq!(
        controller.passes.load(Ordering::Relaxed),
        2,
        "one that creates, one that finds it so"
    );
}

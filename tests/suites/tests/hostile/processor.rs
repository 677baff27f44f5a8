//! Plugins that compute or wait for ever, wherever they get the chance.

use std::time::Duration;

use maquette_host::CallError;

use crate::{
    common::{
        behave, call,
        server::{Reply, Server},
    },
    stage::{Stage, attack, install},
    text::Component,
};

const GROUP: &str = "processor";

fn looped(error: &CallError) -> String {
    assert!(matches!(error, CallError::CpuTimeExceeded(_)), "{error}");
    format!("CpuTimeExceeded: {error}")
}

fn waited(error: &CallError) -> String {
    assert!(matches!(error, CallError::Timeout(_)), "{error}");
    format!("Timeout: {error}")
}

/// Calls `zones` of a component that was written as text.
async fn zones_of(stage: &Stage, component: Component) -> String {
    let plugin = install(&stage.host, component.build(&stage.version.wit)).await;
    let dns = stage.provider(&plugin, "http://127.0.0.1:9");
    looped(&dns.zones(&call()).await.unwrap_err())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_loop_in_a_call() {
    attack(GROUP, "loop in a call", async |stage| {
        looped(&stage.behave("loops").await.unwrap_err())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_loop_in_each_of_as_many_calls_as_the_provider_may_run_at_once() {
    attack(
        GROUP,
        "loops in four calls at the same time",
        async |stage| {
            let all = (
                stage.behave("loops"),
                stage.behave("loops"),
                stage.behave("loops"),
                stage.behave("loops"),
            );
            let (a, b, c, d) = tokio::join!(all.0, all.1, all.2, all.3);
            for ended in [a, b, c] {
                looped(&ended.unwrap_err());
            }
            looped(&d.unwrap_err())
        },
    )
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_loop_in_the_start_function() {
    let start = "(func $spin (loop $again (br $again))) (start $spin)";
    attack(GROUP, "loop in the start function", async |stage| {
        zones_of(stage, Component::with(start)).await
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_loop_in_the_initialisation() {
    attack(GROUP, "loop in the initialisation", async |stage| {
        let component = Component::with("").body("_initialize", "(loop $again (br $again))");
        zones_of(stage, component).await
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_loop_where_the_host_asks_for_room_for_arguments() {
    attack(GROUP, "loop in realloc", async |stage| {
        let body = "(loop $again (br $again)) unreachable";
        zones_of(stage, Component::with("").body("cabi_realloc", body)).await
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_loop_after_the_answer_was_given() {
    attack(GROUP, "loop in post-return", async |stage| {
        let component = Component::with("")
            .body("#zones", "i32.const 16")
            .body("cabi_post_", "(loop $again (br $again))");
        zones_of(stage, component).await
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_call_that_stays_parked_in_the_host() {
    attack(GROUP, "parked in a host call", async |stage| {
        waited(&stage.behave("sleeps").await.unwrap_err())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_gives_a_byte_now_and_then_for_ever() {
    attack(GROUP, "slow drip from a granted server", async |stage| {
        let server = Server::start(|_| Reply {
            endless: true,
            drip: Duration::from_millis(100),
            ..Reply::raw(200, &[], "x")
        })
        .await;
        let url = server.url();
        let ended = stage.send(&url, &format!("GET\n{url}/")).await;
        let stopped = waited(&ended.unwrap_err());
        crate::common::eventually("the connection's end", || server.open() == 0).await;
        stopped
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn requests_without_end() {
    attack(GROUP, "requests without end", async |stage| {
        let server = Server::start(|_| Reply::ok("")).await;
        let url = server.url();
        let dns = stage.provider(&stage.guest, &url);
        let error = behave(&dns, "sends-often", &format!("GET\n{url}/")).await;
        let error = error.unwrap_err();
        assert!(server.requests().len() <= 1000);
        assert!(
            matches!(
                error,
                CallError::Denied(_) | CallError::Timeout(_) | CallError::CpuTimeExceeded(_)
            ),
            "{error}"
        );
        format!("{error}")
    })
    .await;
}

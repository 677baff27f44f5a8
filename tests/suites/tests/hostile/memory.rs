//! Plugins that want more room than they have, in their own memory and in the host's.

use maquette_host::CallError;

use crate::{
    common::{
        call,
        server::{Reply, Server},
    },
    stage::{attack, install},
    text::Component,
};

const GROUP: &str = "memory";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn memory_that_grows_without_end() {
    attack(GROUP, "growth without end", async |stage| {
        let error = stage.behave("eats-memory").await.unwrap_err();
        assert!(matches!(error, CallError::MemoryExceeded(_)), "{error}");
        format!("MemoryExceeded: {error}")
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_table_that_grows_without_end() {
    // Goes on as long as the table grows, and traps when it does not.
    let grow = "(loop $again (br_if $again (i32.ne (i32.const -1)
        (table.grow $table (ref.null func) (i32.const 1000))))) unreachable";
    attack(GROUP, "a table that grows without end", async |stage| {
        let component = Component::with("(table $table 0 funcref)").body("#zones", grow);
        let plugin = install(&stage.host, component.build(&stage.version.wit)).await;
        let dns = stage.provider(&plugin, "http://127.0.0.1:9");
        let error = dns.zones(&call()).await.unwrap_err();
        assert!(
            matches!(&error, CallError::Trapped(text) if text.contains("unreachable")),
            "{error}"
        );
        format!("the growth was refused; Trapped: {error}")
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn recursion_without_end() {
    attack(GROUP, "recursion without end", async |stage| {
        let error = stage.behave("overflows-its-stack").await.unwrap_err();
        assert!(matches!(error, CallError::Trapped(_)), "{error}");
        format!("Trapped: {error}")
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn recursion_that_takes_only_the_hosts_stack() {
    let fields = "(func $dive (param i32) (result i32)
        (i32.add (i32.const 1) (call $dive (i32.add (local.get 0) (i32.const 1)))))";
    attack(
        GROUP,
        "recursion that uses no memory of its own",
        async |stage| {
            let component = Component::with(fields)
                .body("#zones", "(call $dive (i32.const 0))")
                .body("cabi_post_", "");
            let plugin = install(&stage.host, component.build(&stage.version.wit)).await;
            let dns = stage.provider(&plugin, "http://127.0.0.1:9");
            let error = dns.zones(&call()).await.unwrap_err();
            assert!(
                matches!(&error, CallError::Trapped(text) if text.contains("call stack exhausted")),
                "{error}"
            );
            format!("Trapped: {error}")
        },
    )
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_giant_answer() {
    attack(GROUP, "an answer of 40 MiB", async |stage| {
        let error = stage.behave("returns-too-much").await.unwrap_err();
        let stopped = matches!(
            error,
            CallError::DataExceeded(_) | CallError::MemoryExceeded(_)
        );
        assert!(stopped, "{error}");
        format!("{error}")
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_that_claims_a_length_it_does_not_have() {
    // ok(list) at 16: discriminant 0, pointer 0, length 2^31 - 1.
    let lie = "(i32.store (i32.const 24) (i32.const 0x7fffffff)) (i32.const 16)";
    attack(
        GROUP,
        "an answer that claims 2 147 483 647 items",
        async |stage| {
            let component = Component::with("")
                .body("#zones", lie)
                .body("cabi_post_", "");
            let plugin = install(&stage.host, component.build(&stage.version.wit)).await;
            let dns = stage.provider(&plugin, "http://127.0.0.1:9");
            let error = dns.zones(&call()).await.unwrap_err();
            assert!(
                matches!(error, CallError::Trapped(_) | CallError::DataExceeded(_)),
                "{error}"
            );
            format!("{error}")
        },
    )
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_flood_of_log_lines() {
    let (lines, _guard) = crate::common::captured_log();
    attack(GROUP, "100 000 log lines", async |stage| {
        stage.behave("floods-the-log").await.unwrap();
        "100 lines a call are written, the rest is counted".to_owned()
    })
    .await;
    assert!((1..1000).contains(&lines.text().lines().count()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_flood_on_the_error_stream() {
    attack(
        GROUP,
        "100 000 lines on standard error",
        async |stage| match stage.behave("floods-stderr").await {
            Ok(_) => "kept are the last words only".to_owned(),
            Err(CallError::CpuTimeExceeded(_)) => {
                "CpuTimeExceeded, and kept are the last words only".to_owned()
            }
            Err(other) => panic!("{other}"),
        },
    )
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_flood_of_header_lines_from_a_server() {
    attack(GROUP, "an endless head of an answer", async |stage| {
        let server = Server::start(|_| Reply {
            pieces: vec![b"HTTP/1.1 200 OK\r\n".to_vec(), b"X: y\r\n".to_vec()],
            endless: true,
            ..Reply::default()
        })
        .await;
        let url = server.url();
        let error = stage.send(&url, &format!("GET\n{url}/")).await.unwrap_err();
        assert!(matches!(error, CallError::Plugin(_)), "{error}");
        format!("the request fails: {error}")
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_endless_body_from_a_server() {
    attack(GROUP, "an endless body of an answer", async |stage| {
        let server = Server::start(|_| Reply {
            endless: true,
            ..Reply::raw(200, &[], "x".repeat(65536))
        })
        .await;
        let url = server.url();
        let error = stage.send(&url, &format!("GET\n{url}/")).await.unwrap_err();
        assert!(
            error.to_string().contains("body size exceeds limit"),
            "{error}"
        );
        format!("the request fails: {error}")
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn handles_that_are_never_given_back() {
    attack(
        GROUP,
        "host resources that are never given back",
        async |stage| {
            let error = stage.behave("leaks-handles").await.unwrap_err();
            assert!(matches!(error, CallError::Trapped(_)), "{error}");
            format!("Trapped: {error}")
        },
    )
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_set_of_headers_that_grows_without_end() {
    attack(
        GROUP,
        "a set of headers that grows without end",
        async |stage| {
            let error = stage.behave("floods-headers").await.unwrap_err();
            assert!(matches!(error, CallError::Trapped(_)), "{error}");
            format!("Trapped: {error}")
        },
    )
    .await;
}

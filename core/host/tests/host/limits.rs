//! What one call may consume, and what happens to the others when it wants more.

use std::time::{Duration, Instant};

use maquette_host::{
    Call, CallError, Limits, PluginError,
    dns::{Change, Creation, Deletion, RecordSet, RecordType, Replacement},
};

use crate::support::{behave, call, dns, dns_with, eventually, grants, host, short};

fn records(name: &str, values: &[&str]) -> RecordSet {
    let values = values.iter().map(ToString::to_string).collect();
    RecordSet {
        name: name.into(),
        kind: RecordType::A,
        ttl: 60,
        values,
    }
}

async fn limited(name: &str, limits: Limits) -> maquette_host::Dns {
    dns_with(
        name,
        maquette_host::Grants {
            limits,
            ..grants("http://127.0.0.1:9")
        },
    )
    .await
}

#[tokio::test]
async fn every_function_of_the_interface_passes_values_both_ways() {
    let dns = dns("values").await;
    let zones = dns.zones(&call()).await.unwrap();
    assert_eq!(
        (zones[0].name.as_str(), zones[0].id.as_str()),
        ("DNSRecord/shop/web", "key-1")
    );

    let given = records("WEB.example.com", &["192.0.2.2", "192.0.2.1"]);
    let normalized = dns.normalize(&call(), &[given]).await.unwrap();
    assert_eq!(
        normalized,
        [records("web.example.com", &["192.0.2.1", "192.0.2.2"])]
    );

    let changes = [
        Change::Create(Creation {
            records: records("a.example.com", &["192.0.2.1"]),
            owner: "me".into(),
        }),
        Change::Create(Creation {
            records: records("taken.example.com", &["192.0.2.1"]),
            owner: "me".into(),
        }),
        Change::Replace(Replacement {
            records: records("b", &[]),
            owner: "me".into(),
            expect: "7".into(),
        }),
        Change::Delete(Deletion {
            name: "c".into(),
            kind: RecordType::Txt,
            owner: "me".into(),
        }),
    ];
    let outcomes = dns.apply(&call(), "example.com", &changes).await.unwrap();
    let conflict = Err(PluginError::Conflict(Some("somebody".into())));
    assert_eq!(
        outcomes,
        [
            Ok("me a.example.com".into()),
            conflict,
            Ok("after 7".into()),
            Ok(String::new())
        ]
    );

    let first = dns
        .list_owned(&call(), "example.com", "cluster-1/", None)
        .await
        .unwrap();
    assert_eq!(first.items[0].owner.as_deref(), Some("cluster-1/x"));
    let last = dns
        .list_owned(&call(), "example.com", "cluster-1/", first.next.as_deref())
        .await
        .unwrap();
    assert_eq!((last.items[0].etag.as_str(), last.next), ("2", None));

    let context = behave(&dns, "tells-its-context", "n").await.unwrap();
    assert_eq!(
        context,
        [
            "cluster-1",
            "DNSRecord/shop/web",
            // With the default of the plugin's schema.
            r#"{"audience":"https://dns.example/","url":"http://127.0.0.1:9"}"#
        ]
    );
}

#[tokio::test]
async fn an_answer_that_contradicts_the_interface_is_refused() {
    let dns = dns("contradictions").await;
    let change = Change::Delete(Deletion {
        name: "c".into(),
        kind: RecordType::A,
        owner: "me".into(),
    });
    let error = dns
        .apply(&call(), "forgets-an-outcome", &[change])
        .await
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "the plugin's answer cannot be used: apply: it gives 0 items for 1; tell its author"
    );
    let error = behave(&dns, "answers-another-name", "asked.example.com")
        .await
        .unwrap_err();
    assert!(matches!(error, CallError::Answer(text) if text.contains("other.example.com")));
}

#[tokio::test]
async fn what_a_plugin_refuses_is_its_error_in_one_printable_line() {
    let error = behave(&dns("refusals").await, "refuses", "wrong\nvalue")
        .await
        .unwrap_err();
    let CallError::Plugin(error) = error else {
        panic!("{error}")
    };
    assert_eq!(
        error,
        PluginError::Invalid {
            path: "values[0]".into(),
            message: "wrong\\nvalue".into()
        }
    );
    let error = behave(&dns("refusals").await, "no such zone", "n")
        .await
        .unwrap_err();
    assert!(matches!(error, CallError::Plugin(PluginError::NotFound(_))));
}

#[tokio::test]
async fn a_plugin_that_loops_is_ended_by_its_processor_time_while_others_go_on() {
    let looping = limited("loops", short(Limits::default())).await;
    let other = dns("beside-a-loop").await;
    let running = tokio::spawn(async move { behave(&looping, "loops", "n").await });
    let mut calls = 0;
    // This test has one thread: a guest that did not give way would stop us here.
    while !running.is_finished() {
        other.normalize(&call(), &[]).await.unwrap();
        calls += 1;
    }
    let error = running.await.unwrap().unwrap_err();
    assert!(
        matches!(error, CallError::CpuTimeExceeded(budget) if budget == Duration::from_millis(300)),
        "{error}"
    );
    assert!(calls > 3, "only {calls} calls went through beside the loop");
}

#[tokio::test]
async fn a_plugin_that_waits_is_ended_by_the_timeout() {
    let limits = Limits {
        timeout: Duration::from_millis(200),
        ..Limits::default()
    };
    let started = Instant::now();
    let error = behave(&limited("sleeps", limits).await, "sleeps", "n")
        .await
        .unwrap_err();
    assert!(matches!(error, CallError::Timeout(_)), "{error}");
    assert!(started.elapsed() >= Duration::from_millis(200));
}

#[tokio::test]
async fn a_call_ends_with_its_own_deadline_although_the_provider_allows_more() {
    let dns = dns("deadline").await;
    let call = Call {
        deadline: Instant::now() + Duration::from_millis(100),
        ..call()
    };
    let error = dns
        .observe(&call, "sleeps", &["n".into()])
        .await
        .unwrap_err();
    assert!(matches!(error, CallError::Timeout(_)), "{error}");
}

#[tokio::test]
async fn a_plugin_that_eats_memory_is_ended_at_its_limit() {
    let limits = Limits {
        memory_bytes: 16 << 20,
        ..short(Limits::default())
    };
    let dns = limited("eats-memory", limits).await;
    let error = behave(&dns, "eats-memory", "n").await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "the plugin wanted more than 16 MiB of memory; raise `limits.memory` of the Plugin or tell its author"
    );
    let (host, _) = host().await;
    let usage = host
        .usage()
        .into_iter()
        .find(|usage| usage.provider == "eats-memory")
        .unwrap();
    assert!(
        (8 << 20..=16 << 20).contains(&usage.peak_memory_bytes),
        "{usage:?}"
    );
    assert_eq!((usage.calls, usage.errors, usage.in_flight), (1, 1, 0));
    assert!(usage.cpu_time > Duration::ZERO);
}

#[tokio::test]
async fn a_crash_is_reported_with_the_plugins_last_words_and_harms_no_other_call() {
    let dns = dns("crashes").await;
    let error = behave(&dns, "panics", "n").await.unwrap_err();
    let CallError::Trapped(text) = &error else {
        panic!("{error}")
    };
    assert!(text.contains("the guest panicked on purpose"), "{text}");
    let error = behave(&dns, "overflows-its-stack", "n").await.unwrap_err();
    assert!(matches!(&error, CallError::Trapped(_)), "{error}");
    assert_eq!(dns.normalize(&call(), &[]).await.unwrap(), []);
}

#[tokio::test]
async fn a_giant_answer_is_refused_before_it_is_copied() {
    let error = behave(&dns("giant").await, "returns-too-much", "n")
        .await
        .unwrap_err();
    assert!(matches!(error, CallError::DataExceeded(16)), "{error}");
}

#[tokio::test]
async fn nothing_passes_from_one_call_to_the_next() {
    let dns = dns("forgetful").await;
    assert_eq!(behave(&dns, "remembers", "n").await.unwrap(), ["0"]);
    assert_eq!(behave(&dns, "remembers", "n").await.unwrap(), ["0"]);
}

#[tokio::test]
async fn a_plugin_sees_no_environment_arguments_or_input() {
    let seen = behave(&dns("looks").await, "looks-around", "n")
        .await
        .unwrap();
    assert_eq!(seen, ["0 variables, 0 arguments, 0 lines of input"]);
}

#[tokio::test]
async fn a_flood_on_the_error_stream_is_swallowed() {
    assert!(
        behave(&dns("stderr").await, "floods-stderr", "n")
            .await
            .unwrap()
            .is_empty()
    );
}

#[tokio::test]
async fn log_lines_carry_whom_they_are_for_and_a_flood_of_them_is_cut() {
    let (lines, _guard) = crate::support::captured_log();
    behave(&dns("logger").await, "logs", "first\nforged")
        .await
        .unwrap();
    let text = lines.text();
    assert!(text.contains("first\\nforged"), "{text}");
    for field in [
        r#"plugin="guest""#,
        r#"provider="logger""#,
        r#"object="DNSRecord/shop/web""#,
    ] {
        assert!(text.contains(field), "{field} is missing: {text}");
    }
    behave(&dns("logger").await, "floods-the-log", "n")
        .await
        .unwrap();
    let flood = lines.text();
    assert_eq!(flood.matches("the plugin logs too much").count(), 1);
    assert!(
        flood.contains("line 99") && !flood.contains("line 100"),
        "{}",
        flood.len()
    );
}

#[tokio::test]
async fn calls_beyond_a_providers_concurrency_wait_and_then_are_overloaded() {
    let limits = Limits {
        concurrency: 1,
        timeout: Duration::from_secs(30),
        ..Limits::default()
    };
    let dns = limited("narrow", limits).await;
    let (sleeper, other) = (dns.clone(), dns.clone());
    let sleeping = tokio::spawn(async move { behave(&sleeper, "sleeps", "n").await });
    let (host, _) = host().await;
    let used = || {
        host.usage()
            .into_iter()
            .find(|usage| usage.provider == "narrow")
            .unwrap()
    };
    eventually("the sleeping call", || used().in_flight == 1).await;
    let call = Call {
        deadline: Instant::now() + Duration::from_millis(100),
        ..call()
    };
    let error = other.zones(&call).await.unwrap_err();
    assert!(matches!(error, CallError::Overloaded(1)), "{error}");
    // A cancelled call gives its place back.
    sleeping.abort();
    assert!(sleeping.await.unwrap_err().is_cancelled());
    assert_eq!(used().in_flight, 0);
    dns.zones(&crate::support::call()).await.unwrap();
}

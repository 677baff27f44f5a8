//! What one tenant could learn of another, and where a secret could come out.

use std::sync::Mutex;

use maquette_host::{CallError, Secret};

use crate::{
    common::{
        behave, captured_log, grants,
        server::{Reply, Server},
    },
    stage::attack,
};

const GROUP: &str = "tenants";
/// The credential of `common::grants`.
const SECRET: &str = "s3cr3t-api-key";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn state_of_one_call_in_the_next() {
    attack(GROUP, "state that outlives a call", async |stage| {
        for _ in 0..5 {
            assert_eq!(stage.behave("remembers").await.unwrap(), ["0"]);
        }
        "each call has an instance of its own".to_owned()
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_memory_that_another_call_left() {
    attack(
        GROUP,
        "memory that another call filled, read before it is written",
        async |stage| {
            stage.behave("eats-memory").await.unwrap_err();
            for _ in 0..20 {
                let found = stage.behave("reads-old-memory").await.unwrap();
                assert_eq!(found, ["0 bytes are not zero"]);
            }
            "memory is zero at the start of each call".to_owned()
        },
    )
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_surroundings_of_the_operator() {
    attack(
        GROUP,
        "the operator's environment, arguments and input",
        async |stage| {
            let seen = stage.behave("looks-around").await.unwrap();
            assert_eq!(seen, ["0 variables, 0 arguments, 0 lines of input"]);
            "there is nothing to see".to_owned()
        },
    )
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_placeholder_of_another_call() {
    attack(
        GROUP,
        "a placeholder that another call was given",
        async |stage| {
            let server = Server::start(|_| Reply::ok("")).await;
            let url = server.url();
            let dns = stage.granted(&stage.guest, grants(&url));
            let told = format!("POST\n{url}/\n> {{api-key}}");
            behave(&dns, "sends", &told).await.unwrap();
            let old = server.requests().remove(0).body;
            let start = old.find("maquette-credential-").unwrap();
            let old = &old[start..start + 52];
            let again = format!("GET\n{url}/\nX-API-Key: {old}");
            behave(&dns, "sends", &again).await.unwrap();
            assert_eq!(server.requests()[1].header("x-api-key"), Some(old));
            "it stands for nothing any more".to_owned()
        },
    )
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_secret_that_a_server_gives_back() {
    let lines = Mutex::new(String::new());
    attack(
        GROUP,
        "a secret that a granted server echoes, into results, errors and logs",
        async |stage| {
            let (log, guard) = captured_log();
            let echo = Server::start(|request| {
                let key = request.header("x-api-key").unwrap_or_default().to_owned();
                Reply::new(200, &[("x-echo", key.as_str())], format!("<{key}>"))
            })
            .await;
            let url = echo.url();
            let dns = stage.granted(&stage.guest, grants(&url));
            let request = format!("GET\n{url}/\nX-API-Key: {{api-key}}");
            let got = behave(&dns, "sends", &request).await.unwrap().join("\n");
            assert_eq!(echo.requests()[0].header("x-api-key"), Some(SECRET));
            assert!(!got.contains(SECRET) && got.contains("***"), "{got}");
            for leak in ["tells-in-an-error", "tells-in-a-panic", "tells-in-the-log"] {
                let told = behave(&dns, leak, &request).await;
                let shown = match told {
                    Ok(values) => values.join("\n"),
                    Err(error) => {
                        assert!(
                            matches!(error, CallError::Plugin(_) | CallError::Trapped(_)),
                            "{error}"
                        );
                        error.to_string()
                    }
                };
                assert!(!shown.contains(SECRET), "{leak}: {shown}");
            }
            let usage = format!("{:?}", stage.host.usage());
            assert!(!usage.contains(SECRET), "{usage}");
            drop(guard);
            *lines.lock().unwrap() = log.text();
            "what comes back is masked before the plugin sees it".to_owned()
        },
    )
    .await;
    assert!(!lines.lock().unwrap().contains(SECRET));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn guesses_of_a_secret() {
    attack(
        GROUP,
        "guesses of a secret that the host compares",
        async |stage| {
            let mut grants = grants("http://127.0.0.1:9");
            let secret = Secret::new("guess-700");
            grants.credentials.insert("key".to_owned(), secret);
            let dns = stage.granted(&stage.guest, grants);
            let tries = behave(&dns, "guesses", "guess-").await.unwrap();
            let tries: u32 = tries[0].parse().unwrap();
            assert!((1..=16).contains(&tries), "{tries}");
            format!("{tries} answers in a call, then none")
        },
    )
    .await;
}

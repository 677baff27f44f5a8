//! `maquette plugin push` and `inspect` with a real registry.

use std::ffi::OsStr;

use serde_json::{Value, json};

use crate::support::{Done, PASSWORD, Registry, USER, maquette, plugin, request};

fn push(to: &str, more: &[&str], environment: &[(&str, &OsStr)], input: &str) -> Done {
    let mut arguments = vec![
        "plugin",
        "push",
        plugin().to_str().unwrap(),
        to,
        "--output=json",
    ];
    arguments.extend(more);
    maquette(&arguments, environment, input)
}

fn inspect(reference: &str) -> Done {
    maquette(&["plugin", "inspect", reference, "--output=json"], &[], "")
}

fn stored(registry: &Registry, kind: &str, reference: &str) -> Value {
    let (status, body) = request(
        registry.port,
        "GET",
        &format!("/v2/maquette/powerdns/{kind}/{reference}"),
        "",
        "",
    )
    .unwrap();
    assert_eq!(status, 200, "{body}");
    serde_json::from_str(&body).unwrap()
}

#[test]
fn a_pushed_plugin_is_an_artifact_under_its_version_and_can_be_inspected_by_tag_and_digest() {
    let registry = Registry::open();
    let pushed = push(
        &registry.repository(),
        &[],
        &[("SOURCE_DATE_EPOCH", OsStr::new("1700000000"))],
        "",
    )
    .json();
    assert_eq!(
        pushed["reference"],
        format!("{}:0.1.0", registry.repository())
    );

    let manifest = stored(&registry, "manifests", "0.1.0");
    assert_eq!(
        manifest["config"]["mediaType"],
        "application/vnd.wasm.config.v0+json"
    );
    assert_eq!(manifest["layers"].as_array().unwrap().len(), 1);
    assert_eq!(manifest["layers"][0]["mediaType"], "application/wasm");
    assert_eq!(
        manifest["layers"][0]["size"],
        std::fs::metadata(plugin()).unwrap().len()
    );
    assert_eq!(
        manifest["annotations"]["org.opencontainers.image.title"],
        "powerdns"
    );
    assert_eq!(
        manifest["annotations"]["org.opencontainers.image.version"],
        "0.1.0"
    );
    assert_eq!(
        manifest["annotations"]["org.opencontainers.image.created"],
        "2023-11-14T22:13:20Z"
    );
    let config = stored(
        &registry,
        "blobs",
        manifest["config"]["digest"].as_str().unwrap(),
    );
    assert_eq!(
        (&config["architecture"], &config["os"]),
        (&json!("wasm"), &json!("wasip2"))
    );
    assert_eq!(
        config["layerDigests"],
        json!([manifest["layers"][0]["digest"]])
    );

    let digest = pushed["digest"].as_str().unwrap();
    for reference in [
        format!("{}:0.1.0", registry.repository()),
        format!("{}@{digest}", registry.repository()),
    ] {
        let report = inspect(&reference).json();
        assert_eq!(
            (&report["name"], &report["digest"]),
            (&json!("powerdns"), &json!(digest))
        );
        assert_eq!(report["componentDigest"], manifest["layers"][0]["digest"]);
    }
}

#[test]
fn pushing_again_changes_nothing_and_something_else_needs_to_be_asked_for() {
    let registry = Registry::open();
    let first = push(&registry.repository(), &[], &[], "").json();
    let mut again = push(&registry.repository(), &[], &[], "").json();
    assert_eq!(
        (&first["new"], &again["new"]),
        (&json!(true), &json!(false))
    );
    again["new"] = json!(true);
    assert_eq!(again, first);

    let other = [("SOURCE_DATE_EPOCH", OsStr::new("1700000000"))];
    let refused = push(&registry.repository(), &[], &other, "");
    assert!(refused.failed(1).contains("--overwrite"), "{refused:?}");
    assert_eq!(
        inspect(&format!("{}:0.1.0", registry.repository())).json()["digest"],
        first["digest"]
    );

    let replaced = push(&registry.repository(), &["--overwrite"], &other, "").json();
    assert_ne!(replaced["digest"], first["digest"]);
    assert_eq!(
        inspect(&format!("{}:0.1.0", registry.repository())).json()["digest"],
        replaced["digest"]
    );
}

#[test]
fn a_tag_that_is_given_is_used() {
    let registry = Registry::open();
    let reference = format!("{}:edge", registry.repository());
    assert_eq!(
        push(&reference, &[], &[], "").json()["reference"],
        reference
    );
    assert_eq!(inspect(&reference).json()["name"], "powerdns");
}

#[test]
fn a_tag_that_says_another_version_is_refused_as_operators_refuse_it() {
    let registry = Registry::open();
    for tag in ["0.2.0", "v0.1.1", "0.1.0-rc.1"] {
        let refused = push(
            &format!("{}:{tag}", registry.repository()),
            &["--overwrite"],
            &[],
            "",
        );
        assert!(
            refused
                .failed(1)
                .contains("says another version than the plugin, which is 0.1.0"),
            "{refused:?}"
        );
    }
    for tag in ["v0.1.0", "0.1.0_build.7", "0.1"] {
        push(&format!("{}:{tag}", registry.repository()), &[], &[], "").json();
    }
}

#[test]
fn a_login_is_taken_from_docker_or_from_standard_input_and_never_shown() {
    let registry = Registry::closed();
    let refused = push(&registry.repository(), &[], &[], "");
    assert!(refused.failed(1).contains("docker login"), "{refused:?}");
    let wrong = push(
        &registry.repository(),
        &["--username", USER, "--password-stdin"],
        &[],
        "canary-password\n",
    );
    assert!(
        wrong.failed(1).contains("does not accept the login") && !wrong.stderr.contains("canary"),
        "{wrong:?}"
    );

    let given = push(
        &registry.repository(),
        &["--username", USER, "--password-stdin"],
        &[],
        &format!("{PASSWORD}\n"),
    )
    .json();

    let docker = tempfile::tempdir().unwrap();
    // base64 of `ci:pushpw`.
    let logins =
        json!({ "auths": { format!("127.0.0.1:{}", registry.port): { "auth": "Y2k6cHVzaHB3" } } });
    std::fs::write(docker.path().join("config.json"), logins.to_string()).unwrap();
    let found = push(
        &format!("{}:again", registry.repository()),
        &[],
        &[("DOCKER_CONFIG", docker.path().as_os_str())],
        "",
    );
    assert_eq!(found.json()["digest"], given["digest"]);
}

#[test]
fn what_is_no_plugin_is_not_pushed() {
    let registry = Registry::open();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("some.wasm");
    for (content, why) in [
        (&b"#!/bin/sh"[..], "not WebAssembly"),
        (&b"\0asm\x01\0\0\0"[..], "not a component"),
        (b"\0asm\x0d\0\x01\0", "no provider interface"),
    ] {
        std::fs::write(&file, content).unwrap();
        let done = maquette(
            &[
                "plugin",
                "push",
                file.to_str().unwrap(),
                &registry.repository(),
            ],
            &[],
            "",
        );
        assert!(done.failed(1).contains(why), "{done:?}");
    }
    assert!(
        inspect(&format!("{}:0.1.0", registry.repository()))
            .failed(1)
            .contains("has no such version")
    );
}

#[test]
fn an_artifact_of_another_kind_is_refused() {
    let registry = Registry::open();
    push(&registry.repository(), &[], &[], "").json();
    let mut manifest = stored(&registry, "manifests", "0.1.0");
    manifest["config"]["mediaType"] = json!("application/vnd.oci.image.config.v1+json");
    put_manifest(&registry, "image", &manifest);
    let done = inspect(&format!("{}:image", registry.repository()));
    assert!(
        done.failed(1).contains("no WebAssembly artifact"),
        "{done:?}"
    );
}

fn put_manifest(registry: &Registry, tag: &str, manifest: &Value) {
    use std::io::{Read as _, Write as _};
    let body = manifest.to_string();
    let mut stream = std::net::TcpStream::connect(("127.0.0.1", registry.port)).unwrap();
    write!(
        stream,
        "PUT /v2/maquette/powerdns/manifests/{tag} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\
         Content-Type: application/vnd.oci.image.manifest.v1+json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
    .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 201"), "{answer}");
}

#[test]
fn a_registry_that_is_not_there_is_named() {
    let port = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    let done = push(&format!("127.0.0.1:{port}/maquette/powerdns"), &[], &[], "");
    assert!(
        done.failed(1)
            .contains(&format!("127.0.0.1:{port} cannot be reached")),
        "{done:?}"
    );
}

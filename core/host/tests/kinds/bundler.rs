//! Bundlers: content is named and not passed.

use maquette_host::kinds::bundler::{
    Binding, Blob, Blobs, Content, Endpoint, File, Module, ModuleType, Target, Value, Worker,
};
use maquette_host::{CallError, PluginError};

use crate::support::{call, provider, refused};

const BYTES: &[u8] = &[0, 255, 10];

fn worker(name: &str, kind: ModuleType, content: &[u8]) -> Worker {
    Worker {
        name: name.into(),
        modules: vec![Module {
            name: "main.js".into(),
            kind,
            content: Blob::of(content),
        }],
        main_module: Some("main.js".into()),
        compatibility_date: "2026-01-01".into(),
        compatibility_flags: vec![],
        bindings: vec![],
        states: vec![],
        assets: vec![],
        routes: vec![],
        schedules: vec![],
        tails: vec![],
        metadata: "{}".into(),
    }
}

fn blobs(contents: &[&[u8]]) -> Blobs {
    let mut blobs = Blobs::new();
    for content in contents {
        blobs.hold(*content);
    }
    blobs
}

fn bytes(name: &str) -> Worker {
    worker(name, ModuleType::EsModule, BYTES)
}

#[tokio::test]
async fn a_bundler_names_content_and_reads_only_what_its_arguments_name() {
    let bundler = provider().await.bundler().unwrap();
    let mut hello = bytes("hello");
    hello.bindings = vec![Binding {
        name: "KV".into(),
        target: Target::KeyValue(Endpoint {
            url: Value::Environment("KV_URL".into()),
            id: None,
        }),
    }];
    let image = bundler
        .bundle(&call(), &[hello], &blobs(&[BYTES]))
        .await
        .unwrap();
    let named = File {
        path: "workers/hello.js".into(),
        content: Content::Blob(Blob::of(BYTES).digest),
        executable: true,
    };
    let read = File {
        path: "read".into(),
        content: Content::Octets([BYTES, b"none"].concat()),
        executable: false,
    };
    assert_eq!(image.layers, [[named, read]]);
    let shown = &image.entrypoint[0];
    assert!(shown.contains("Environment(\"KV_URL\")"), "{shown}");
    assert_eq!(
        (image.ports[0].number, image.environment),
        (8080, vec!["TOKEN".into()])
    );
}

#[tokio::test]
async fn an_image_that_cannot_be_written_is_no_answer() {
    let bundler = provider().await.bundler().unwrap();
    for (name, expected) in [
        ("escapes", "`../worker.js` is not a path"),
        ("unknown", "which no argument names"),
        ("low", "80 is no port of 1024 or more"),
        ("stray", "the port 8080 is one of an unknown worker"),
    ] {
        let answer = bundler
            .bundle(&call(), &[bytes(name)], &blobs(&[BYTES]))
            .await;
        let text = refused(answer);
        assert!(text.contains(expected), "{text}");
    }
}

#[tokio::test]
async fn the_host_checks_what_content_is_before_a_bundler_is_asked() {
    let bundler = provider().await.bundler().unwrap();
    let all = blobs(&[BYTES, b"{}", b"\0asm\x01\0\0\0"]);
    let refused = async |worker: Worker| match bundler.bundle(&call(), &[worker], &all).await {
        Err(CallError::Plugin(PluginError::Invalid { path, .. })) => path,
        other => panic!("{other:?}"),
    };
    let content = "workers[0].modules[0].content";
    for wrong in [
        worker("web", ModuleType::Json, BYTES),
        worker("web", ModuleType::Wasm, b"{}"),
        worker("web", ModuleType::EsModule, b"of which nothing is known"),
    ] {
        assert_eq!(refused(wrong).await, content);
    }
    let mut wrong = bytes("web");
    wrong.metadata = "{".into();
    assert_eq!(refused(wrong).await, "workers[0].metadata");
    let mut wrong = bytes("web");
    wrong.bindings = vec![Binding {
        name: "KIT".into(),
        target: Target::Json("{".into()),
    }];
    assert_eq!(refused(wrong).await, "workers[0].bindings[0].target");
    for (kind, right) in [
        (ModuleType::Json, &b"{}"[..]),
        (ModuleType::Wasm, b"\0asm\x01\0\0\0"),
    ] {
        let right = worker("web", kind, right);
        bundler.bundle(&call(), &[right], &all).await.unwrap();
    }
}

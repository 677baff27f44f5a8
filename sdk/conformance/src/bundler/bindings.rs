//! Every binding is in the image, or refused with its path.

use maquette_host::kinds::bundler::{
    Blob, Endpoint, ObjectClass, OtherBinding, Target, Value, Worker, WorkerRef,
};

use super::bench::{BYTES, Bench, WASM, bare, binding, holds, paths, text, variable, worker};
use crate::suite::{Outcome, keep};

const PATH: &str = "workers[0].bindings[0]";

fn with(bindings: &[(&str, Target)]) -> Worker {
    let mut worker = bare("web");
    let bindings = bindings.iter();
    worker.bindings = bindings
        .map(|(name, target)| binding(name, target.clone()))
        .collect();
    worker
}

fn to(worker: &str, entrypoint: Option<&str>, props: Option<&str>) -> WorkerRef {
    WorkerRef {
        name: worker.to_owned(),
        entrypoint: entrypoint.map(str::to_owned),
        props: props.map(str::to_owned),
    }
}

/// Of each.
pub(super) async fn the_text_of_a_binding_is_in_a_layer(bench: &Bench) -> Outcome {
    let content = bench.bundle(&[worker()]).await?;
    for word in ["kit-zone", "kit-greeting"] {
        keep!(
            holds(&content, word.as_bytes()),
            "the text `{word}` of a binding is in none of the files {:?}",
            paths(&content)
        );
    }
    Ok(())
}

/// What is not bundled is said.
pub(super) async fn every_kind_of_binding_is_bundled_or_refused_with_its_path(
    bench: &Bench,
) -> Outcome {
    let endpoint = || Endpoint {
        url: Value::Text("http://store.shop.svc:8080/kit".to_owned()),
        id: Some("kit".to_owned()),
    };
    let elsewhere = Endpoint {
        url: Value::Environment("KIT_URL".to_owned()),
        id: None,
    };
    for target in [
        text("kit \"quoted\"\nof two lines"),
        variable("KIT_KEY"),
        Target::Json("{\"kit\": [1, null]}".to_owned()),
        Target::Data(Blob::of(BYTES)),
        Target::Wasm(Blob::of(WASM)),
        Target::Worker(to("api", Some("Admin"), Some("{\"kit\":1}"))),
        Target::Service(endpoint()),
        Target::Service(elsewhere),
        Target::KeyValue(endpoint()),
        Target::Bucket(endpoint()),
        Target::Queue(endpoint()),
        Target::DurableObject(ObjectClass {
            class: "Room".to_owned(),
            worker: Some("api".to_owned()),
        }),
        Target::Assets,
        Target::Other(OtherBinding {
            kind: "kit".to_owned(),
            json: "{}".to_owned(),
        }),
    ] {
        let workers = [with(&[("KIT", target)]), bare("api")];
        bench.bundle_with(&workers, PATH).await?;
    }
    Ok(())
}

/// It leads nowhere.
pub(super) async fn a_binding_to_an_unknown_worker_is_refused_with_its_path(
    bench: &Bench,
) -> Outcome {
    let wrong = with(&[("KIT", Target::Worker(to("none", None, None)))]);
    bench.refused(&[wrong], PATH).await
}

/// The worker would find only one of them.
pub(super) async fn two_bindings_of_one_name_are_refused_with_their_path(bench: &Bench) -> Outcome {
    let twice = with(&[("KIT", text("one")), ("KIT", text("two"))]);
    bench.refused(&[twice], "workers[0].bindings[1]").await
}

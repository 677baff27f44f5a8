//! Every binding is in the image, or refused with its path.

use maquette_host::kinds::bundler::{BindingTarget, Worker};

use super::bench::{Bench, bare, binding, holds, paths, worker};
use crate::suite::{Outcome, keep};

const PATH: &str = "workers[0].bindings[0]";

fn with(bindings: &[(&str, BindingTarget)]) -> Worker {
    let mut worker = bare("web");
    let bindings = bindings.iter();
    worker.bindings = bindings
        .map(|(name, target)| binding(name, target.clone()))
        .collect();
    worker
}

/// Of each.
pub(super) async fn the_text_of_a_binding_is_in_a_layer(bench: &Bench) -> Outcome {
    let content = bench.bundle(&[worker()]).await?;
    for text in ["kit-zone", "kit-greeting"] {
        keep!(
            holds(&content, text.as_bytes()),
            "the text `{text}` of a binding is in none of the files {:?}",
            paths(&content)
        );
    }
    Ok(())
}

/// What is not bundled is said.
pub(super) async fn every_kind_of_binding_is_bundled_or_refused_with_its_path(
    bench: &Bench,
) -> Outcome {
    let url = || "http://store.shop.svc:8080/kit".to_owned();
    for target in [
        BindingTarget::Text("kit \"quoted\"\nof two lines".to_owned()),
        BindingTarget::Json("{\"kit\": [1, null]}".to_owned()),
        BindingTarget::Secret("KIT_KEY".to_owned()),
        BindingTarget::Worker("api".to_owned()),
        BindingTarget::KeyValue(url()),
        BindingTarget::Bucket(url()),
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
    let wrong = with(&[("KIT", BindingTarget::Worker("nobody".to_owned()))]);
    bench.refused(&[wrong], PATH).await
}

/// The worker would find only one of them.
pub(super) async fn two_bindings_of_one_name_are_refused_with_their_path(bench: &Bench) -> Outcome {
    let text = |text: &str| BindingTarget::Text(text.to_owned());
    let twice = with(&[("KIT", text("one")), ("KIT", text("two"))]);
    bench.refused(&[twice], "workers[0].bindings[1]").await
}

/// Whoever reads it finds out no sooner than when it runs.
pub(super) async fn a_binding_of_json_that_is_none_is_refused_with_its_path(
    bench: &Bench,
) -> Outcome {
    let wrong = with(&[("KIT", BindingTarget::Json("{\"kit\":".to_owned()))]);
    match bench
        .bundle_with(std::slice::from_ref(&wrong), PATH)
        .await?
    {
        None => Ok(()),
        Some(_) => bench.refused(&[wrong], PATH).await,
    }
}

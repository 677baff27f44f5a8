//! The same arguments give the same bytes: what was built before is found again, and nothing restarts for nothing.

use maquette_host::kinds::bundler::{Image, Worker};
use maquette_host::{Call, CallError, PluginError};

use super::bench::{Bench, JSON, TEXT, asset, bare, blobs, files, worker};
use crate::suite::{Outcome, keep};

fn workers() -> Vec<Worker> {
    vec![worker(), bare("api")]
}

fn equal(first: &Image, second: &Image, what: &str) -> Outcome {
    let differs = files(first)
        .zip(files(second))
        .find(|(one, other)| one != other);
    keep!(
        first == second,
        "{what} changed the image; the first file that differs is {:?}",
        differs.map(|(one, other)| (&one.path, &other.path))
    );
    Ok(())
}

/// Twice.
pub(super) async fn the_same_workers_give_the_same_bytes(bench: &Bench) -> Outcome {
    let first = bench.bundle(&workers()).await?;
    let second = bench.bundle(&workers()).await?;
    equal(&first, &second, "a second call")
}

/// Whoever uploads them sends them as they come.
pub(super) async fn the_order_of_modules_changes_nothing(bench: &Bench) -> Outcome {
    let first = bench.bundle_alike(&workers()).await?;
    let mut other = workers();
    for worker in &mut other {
        worker.modules.reverse();
    }
    let second = bench.bundle_alike(&other).await?;
    equal(&first, &second, "another order of modules")
}

/// Of all kinds.
pub(super) async fn the_order_of_bindings_changes_nothing(bench: &Bench) -> Outcome {
    let first = bench.bundle_alike(&workers()).await?;
    let mut other = workers();
    for worker in &mut other {
        worker.bindings.reverse();
    }
    let second = bench.bundle_alike(&other).await?;
    equal(&first, &second, "another order of bindings")
}

/// Of all of a worker.
pub(super) async fn the_order_of_assets_changes_nothing(bench: &Bench) -> Outcome {
    let mut workers = vec![Worker {
        assets: vec![asset("/b.txt", TEXT), asset("/a.json", JSON)],
        ..bare("web")
    }];
    let first = bench.bundle_alike(&workers).await;
    if matches!(
        &first,
        Err(CallError::Plugin(
            PluginError::Unsupported(_) | PluginError::Invalid { .. }
        ))
    ) {
        return Ok(());
    }
    let first = first?;
    for worker in &mut workers {
        worker.assets.reverse();
    }
    let second = bench.bundle_alike(&workers).await?;
    equal(&first, &second, "another order of assets")
}

/// What one object has bundled, another can use.
pub(super) async fn who_asks_does_not_change_the_bytes(bench: &Bench) -> Outcome {
    let first = bench.bundle_alike(&workers()).await?;
    let call = Call {
        object: "WorkerBundle/kit/other".to_owned(),
        installation: "another-cluster".to_owned(),
        ..bench.alike()
    };
    let second = bench.bundler.bundle(&call, &workers(), &blobs()).await?;
    equal(&first, &second, "another object")
}

//! The image as a whole.

use maquette_host::kinds::bundler::{Route, Worker};

use super::bench::{Bench, bare, blobs, worker};
use crate::faults::Action;
use crate::suite::{Outcome, keep};

/// Nobody else knows.
pub(super) async fn an_image_says_what_it_starts_and_where_it_listens(bench: &Bench) -> Outcome {
    let content = bench.bundle(&[worker()]).await?;
    keep!(
        !content.entrypoint.is_empty() && !content.ports.is_empty(),
        "it starts {:?} and listens on {:?}",
        content.entrypoint,
        content.ports
    );
    Ok(())
}

/// It could start nothing.
pub(super) async fn an_image_of_no_worker_is_refused_with_its_field(bench: &Bench) -> Outcome {
    bench.refused(&[], "workers").await
}

/// Bindings name workers, and would lead to either.
pub(super) async fn two_workers_of_one_name_are_refused_with_their_path(bench: &Bench) -> Outcome {
    bench
        .refused(&[bare("web"), bare("web")], "workers[1]")
        .await
}

/// A request would be either's.
pub(super) async fn two_workers_with_one_route_are_refused_with_their_path(
    bench: &Bench,
) -> Outcome {
    let with = |name: &str| Worker {
        routes: vec![Route {
            hostname: Some("shop.example.com".to_owned()),
            path: Some("/kit".to_owned()),
        }],
        ..bare(name)
    };
    let one = bench
        .bundle_with(&[with("web")], "workers[0].routes")
        .await?;
    match one {
        None => Ok(()),
        Some(_) => {
            bench
                .refused(&[with("web"), with("api")], "workers[1].routes[0]")
                .await
        }
    }
}

/// It is pure: what is not in its arguments is not in the image.
pub(super) async fn bundling_asks_nobody(bench: &Bench) -> Outcome {
    let Some(watched) = bench.place.watched()? else {
        return Ok(());
    };
    let watched = watched.bundler()?;
    bench.place.script.set(|_| Action::Forward);
    watched.bundle(&bench.call(), &[worker()], &blobs()).await?;
    let asked = bench.place.script.seen().len();
    keep!(asked == 0, "{asked} requests were made");
    Ok(())
}

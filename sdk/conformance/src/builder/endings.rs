//! What came of a build.

use maquette_host::CallError;
use maquette_host::kinds::builder::{Build, Verdict};

use super::bench::{Bench, destination};
use super::known::KnownSuccess;
use crate::suite::{Failure, Outcome, keep};

fn success(bench: &Bench) -> Result<&KnownSuccess, Failure> {
    bench.target.succeeded.as_ref().ok_or_else(|| {
        Failure::NotShown(
            "the subject does not say how a build ends that made an image; give `succeeded`"
                .to_owned(),
        )
    })
}

/// To the letter, in every attempt.
pub(super) async fn the_same_ending_gives_the_same_verdict(bench: &Bench) -> Outcome {
    let ending = bench.ended(Some(2), None, "error: it did not work").await?;
    let first = bench.interpret(&ending).await?;
    for _ in 0..3 {
        let again = bench.interpret(&ending).await?;
        keep!(first == again, "interpreted as {first:?} and as {again:?}");
    }
    Ok(())
}

/// Once each, with the digest that the builder told.
pub(super) async fn a_success_names_the_image_at_every_destination(bench: &Bench) -> Outcome {
    let known = success(bench)?;
    let several = Build {
        destinations: vec![
            destination("registry.test/shop/web", &["pr-7"]),
            destination("other.test/kit/web", &["pr-7"]),
        ],
        ..Bench::build()
    };
    let mut builds = vec![Bench::build()];
    if bench
        .plan_with(&several, &["destinations"])
        .await?
        .is_some()
    {
        builds.push(several);
    }
    for build in builds {
        let verdict = bench
            .builder
            .interpret(&bench.call(), &build, 0, &known.ending)
            .await?;
        let mut wanted: Vec<_> = build
            .destinations
            .iter()
            .map(|place| (place.repository.as_str(), known.digest.as_str()))
            .collect();
        wanted.sort_unstable();
        let Verdict::Images(images) = &verdict else {
            return Err(Failure::Broken(format!("a success is {verdict:?}")));
        };
        let mut found: Vec<_> = images
            .iter()
            .map(|image| (image.repository.as_str(), image.digest.as_str()))
            .collect();
        found.sort_unstable();
        keep!(
            found == wanted,
            "the images are {found:?} and not {wanted:?}"
        );
    }
    Ok(())
}

/// Exit code 0 alone makes none.
pub(super) async fn a_success_without_a_digest_is_no_image(bench: &Bench) -> Outcome {
    let (build, ending) = (Bench::build(), bench.ended(Some(0), None, "").await?);
    let answer = bench
        .builder
        .interpret(&bench.call(), &build, 0, &ending)
        .await;
    let honest = matches!(&answer, Ok(Verdict::Failed(_)) | Err(CallError::Plugin(_)));
    keep!(honest, "without any word of the builder it is {answer:?}");
    Ok(())
}

/// Whatever it told before.
pub(super) async fn what_ended_with_an_error_is_a_failure(bench: &Bench) -> Outcome {
    let told = bench.target.succeeded.as_ref();
    let told = told.and_then(|known| known.ending.containers.last());
    for code in [1, 2, 125, 255] {
        let mut ending = bench
            .ended(Some(code), None, "error: it did not work")
            .await?;
        if let (Some(known), Some(last)) = (told, ending.containers.last_mut()) {
            last.termination_message
                .clone_from(&known.termination_message);
        }
        bench.failure(&ending).await?;
    }
    Ok(())
}

/// No request, whatever the Provider grants.
pub(super) async fn interpreting_asks_nobody(bench: &Bench) -> Outcome {
    let Some(provider) = bench.place.watched()? else {
        return Ok(());
    };
    bench.place.script.set(|_| crate::faults::Action::Forward);
    let ending = bench.ended(Some(1), None, "error: it did not work").await?;
    let builder = provider.builder()?;
    builder
        .interpret(&bench.call(), &Bench::build(), 0, &ending)
        .await?;
    let asked = bench.place.script.seen();
    keep!(asked.is_empty(), "it sent {asked:?}");
    Ok(())
}

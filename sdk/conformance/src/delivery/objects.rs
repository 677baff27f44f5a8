//! What the manifests are: whose, where, and how they are called.

use std::collections::BTreeSet;

use maquette_host::kinds::delivery::App;
use serde_json::Value;

use super::bench::Bench;
use super::engine::identity;
use crate::suite::{Outcome, keep};
use crate::texts::texts;

/// Whether it is a DNS subdomain, as names of most objects have to be:
/// <https://kubernetes.io/docs/concepts/overview/working-with-objects/names/>.
fn is_name(name: &str) -> bool {
    let plain = |char: char| char.is_ascii_lowercase() || char.is_ascii_digit();
    let label = |part: &str| {
        part.starts_with(plain)
            && part.ends_with(plain)
            && part.chars().all(|char| plain(char) || char == '-')
    };
    name.len() <= 253 && name.split('.').all(label)
}

/// Also for the longest name that an application can have.
pub(super) async fn every_manifest_is_an_object_with_a_valid_name(bench: &Bench) -> Outcome {
    let longest = "a".repeat(63);
    for name in ["kit-web", &longest] {
        let manifests = bench.render(&Bench::app_of(name, "kit-apps")).await?;
        keep!(!manifests.is_empty(), "`{name}` has no manifest");
        for manifest in &manifests {
            let [version, kind, _, called] = identity(manifest);
            keep!(
                is_name(&called),
                "`{called}` is no name of a Kubernetes object ({kind} of {version})"
            );
        }
    }
    Ok(())
}

/// To the letter, in every attempt.
pub(super) async fn the_same_application_gives_the_same_manifests_in_the_same_order(
    bench: &Bench,
) -> Outcome {
    let app = Bench::app();
    let first = bench.render(&app).await?;
    for _ in 0..3 {
        let again = bench.render(&app).await?;
        keep!(first == again, "rendered as {first:?} and as {again:?}");
    }
    Ok(())
}

/// Nothing lies in the namespace of somebody else, and nothing in none.
pub(super) async fn every_manifest_lies_in_the_applications_namespace_or_a_configured_one(
    bench: &Bench,
) -> Outcome {
    let configured = texts(&bench.config);
    for namespace in ["kit-apps", "kit-elsewhere"] {
        for manifest in bench.render(&Bench::app_of("kit-web", namespace)).await? {
            let [_, kind, place, name] = identity(&manifest);
            keep!(
                place == namespace || (!place.is_empty() && configured.contains(&place.as_str())),
                "{kind} `{name}` of an application in `{namespace}` lies in `{place}`"
            );
        }
    }
    Ok(())
}

/// The host deletes the objects that it is given while the application is being deleted.
pub(super) async fn an_application_that_is_being_deleted_has_the_same_objects(
    bench: &Bench,
) -> Outcome {
    let app = Bench::app();
    let removing = App {
        removing: true,
        ..app.clone()
    };
    let keys = |manifests: &[Value]| manifests.iter().map(identity).collect::<BTreeSet<_>>();
    let (before, now) = (bench.render(&app).await?, bench.render(&removing).await?);
    keep!(
        keys(&before) == keys(&now),
        "the objects are {:?}, and with `removing` {:?}",
        keys(&before),
        keys(&now)
    );
    Ok(())
}

/// The second one would overwrite the first.
pub(super) async fn no_two_manifests_are_the_same_object(bench: &Bench) -> Outcome {
    let mut seen = BTreeSet::new();
    for manifest in bench.render(&Bench::app()).await? {
        let key = identity(&manifest);
        keep!(seen.insert(key.clone()), "{} is there twice", key.join("/"));
    }
    Ok(())
}

/// An object has one owner: neither applications of two names nor those of one name in two namespaces share one.
pub(super) async fn two_applications_share_no_object(bench: &Bench) -> Outcome {
    let first = bench.render(&Bench::app()).await?;
    let first: BTreeSet<_> = first.iter().map(identity).collect();
    for (name, namespace) in [("kit-api", "kit-apps"), ("kit-web", "kit-elsewhere")] {
        for manifest in bench.render(&Bench::app_of(name, namespace)).await? {
            let key = identity(&manifest);
            keep!(
                !first.contains(&key),
                "{} belongs to `kit-web` in `kit-apps` and to `{name}` in `{namespace}`",
                key.join("/")
            );
        }
    }
    Ok(())
}

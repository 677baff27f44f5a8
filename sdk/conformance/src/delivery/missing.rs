//! What is not there, or not looked at since it was changed, is progressing and never healthy.

use maquette_host::kinds::delivery::{App, Assessment, Health};
use serde_json::{Value, json};

use super::bench::{Bench, chart};
use crate::suite::{Outcome, keep};

fn is_progressing(found: &Assessment, what: &str) -> Outcome {
    keep!(
        found.health == Health::Progressing,
        "{what} is {:?} ({}: {})",
        found.health,
        found.reason,
        found.message
    );
    Ok(())
}

/// Nothing is there yet.
pub(super) async fn what_is_missing_is_progressing_and_says_so(bench: &Bench) -> Outcome {
    let found = bench.assess(&Bench::app(), &[]).await?;
    is_progressing(&found, "an application without an object")?;
    keep!(!found.message.trim().is_empty(), "there is no message");
    Ok(())
}

/// Whichever of its objects is not there yet, however well the others are.
pub(super) async fn what_is_missing_in_part_is_progressing(bench: &Bench) -> Outcome {
    let app = Bench::app();
    let cluster = bench.found(&app, Health::Healthy).await?;
    for key in cluster.identities() {
        let found = bench.assess(&app, &cluster.without(&key)).await?;
        let what = format!("an application without {}", key.join("/"));
        is_progressing(&found, &what)?;
        keep!(
            !found.message.trim().is_empty(),
            "{what}: there is no message"
        );
    }
    Ok(())
}

/// However well those of the other one are.
pub(super) async fn what_another_application_has_is_not_its_own(bench: &Bench) -> Outcome {
    for (name, namespace) in [("kit-api", "kit-apps"), ("kit-web", "kit-elsewhere")] {
        let other = Bench::app_of(name, namespace);
        let theirs = bench.found(&other, Health::Healthy).await?.objects();
        let found = bench.assess(&Bench::app(), &theirs).await?;
        let what = format!("an application of which only `{name}` in `{namespace}` has objects");
        is_progressing(&found, &what)?;
    }
    Ok(())
}

/// They were just made.
pub(super) async fn what_the_engine_has_not_looked_at_is_progressing(bench: &Bench) -> Outcome {
    let app = Bench::app();
    let objects: Vec<Value> = bench.applied(&app).await?.objects();
    let found = bench.assess(&app, &objects).await?;
    is_progressing(&found, "what no engine has looked at")
}

/// What was said of the version before says nothing of this one.
pub(super) async fn what_changed_since_the_engine_looked_is_progressing(bench: &Bench) -> Outcome {
    let before = Bench::app();
    let upgraded = App {
        chart: chart("1.3.0"),
        ..before.clone()
    };
    let scaled = App {
        values: json!({ "replicas": 3 }).to_string(),
        ..before.clone()
    };
    let moved = App {
        target_namespace: "kit-elsewhere".to_owned(),
        ..before.clone()
    };
    for (after, what) in [
        (upgraded, "another version"),
        (scaled, "other values"),
        (moved, "another namespace"),
    ] {
        let mut cluster = bench.found(&before, Health::Healthy).await?;
        cluster.apply(&bench.render(&after).await?);
        let found = bench.assess(&after, &cluster.objects()).await?;
        is_progressing(&found, &format!("{what} that the engine has not looked at"))?;
    }
    Ok(())
}

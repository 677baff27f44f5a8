//! Every change of a batch has its own outcome.

use maquette_host::PluginError;

use super::bench::{Bench, create, told};
use crate::RecordType;
use crate::suite::{Outcome, keep};

/// What can be made is made, and what cannot says why: one by one, in the order of the changes.
pub(super) async fn in_a_half_failed_batch_each_change_has_its_outcome(bench: &Bench) -> Outcome {
    let ours = bench.ours();
    let (first, taken) = (bench.name("first"), bench.name("taken"));
    let (wrong, last) = (bench.name("wrong"), bench.name("last"));
    bench
        .given(bench.a(&taken, "192.0.2.1"), &bench.theirs())
        .await?;
    let changes = [
        create(bench.a(&first, "192.0.2.2"), &ours),
        create(bench.a(&taken, "192.0.2.2"), &ours),
        create(bench.a(&wrong, "999.0.2.2"), &ours),
        create(bench.a(&last, "192.0.2.2"), &ours),
    ];
    let outcomes = bench.apply(&changes).await?;
    let all = outcomes.iter().map(told).collect::<Vec<_>>().join("; ");
    let right = matches!(
        outcomes.as_slice(),
        [
            Ok(_),
            Err(PluginError::Conflict(_)),
            Err(PluginError::Invalid { .. }),
            Ok(_)
        ]
    );
    keep!(
        right,
        "one that can be made, one of another's, one invalid, one that can be made: {all}"
    );
    for name in [&first, &last] {
        let made = bench.find(name, RecordType::A).await?.is_some();
        keep!(made, "{name} is said to be made and is not there");
    }
    Ok(())
}

/// More changes than a provider takes in one request are all made.
pub(super) async fn a_large_batch_is_made_whole(bench: &Bench) -> Outcome {
    let changes: Vec<_> = (0..bench.target.many)
        .map(|number| {
            let name = bench.name(&format!("n{number}"));
            create(
                bench.a(&name, "192.0.2.1"),
                &bench.owner(&number.to_string()),
            )
        })
        .collect();
    let outcomes = bench.apply(&changes).await?;
    let refused = outcomes.iter().find(|outcome| outcome.is_err());
    keep!(
        refused.is_none(),
        "of {} creations one returned {}",
        changes.len(),
        refused.map(told).unwrap_or_default()
    );
    Ok(())
}

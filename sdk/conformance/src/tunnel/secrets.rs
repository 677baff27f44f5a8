//! The tunnel's secret: the connector gets it, and another one changes nothing else.

use maquette_host::kinds::tunnel::{Connector, Source, TunnelSecret};

use super::bench::{Bench, secret, sorted};
use crate::suite::{Outcome, keep};

fn has(connector: &Connector, secret: &TunnelSecret) -> bool {
    let in_file = connector
        .files
        .iter()
        .any(|file| file.content.expose().contains(secret.expose()));
    in_file || connector.env.iter().any(|v| v.source == Source::Secret)
}

/// In a file, or in its environment.
pub(super) async fn the_connector_is_given_the_secret(bench: &Bench) -> Outcome {
    let made = bench.make(bench.spec(&bench.ours(), &bench.two())).await?;
    keep!(
        has(&made.first.connector, &made.secret),
        "neither a file nor the environment of the connector has the tunnel's secret"
    );
    Ok(())
}

/// The same tunnel with the same routes.
pub(super) async fn another_secret_keeps_the_tunnel_and_its_routes(bench: &Bench) -> Outcome {
    let made = bench.make(bench.spec(&bench.ours(), &bench.two())).await?;
    let (id, other) = (&made.first.id, secret()?);
    let rotated = bench
        .tunnel
        .rotate(&bench.call(), id, &made.spec, &other)
        .await?;
    keep!(
        rotated.id == *id && rotated.target == made.first.target,
        "the tunnel {id} became {}",
        rotated.id
    );
    if made.first.version.is_empty() {
        return Ok(());
    }
    let seen = bench.there(id).await?;
    keep!(
        sorted(&seen.routes) == sorted(&made.spec.routes),
        "the routes became {:?}",
        seen.routes
    );
    Ok(())
}

/// Neither the connector, which would be restarted, nor the version.
pub(super) async fn the_same_secret_again_changes_nothing(bench: &Bench) -> Outcome {
    let made = bench.make(bench.spec(&bench.ours(), &bench.two())).await?;
    let (id, other) = (&made.first.id, secret()?);
    let first = bench
        .tunnel
        .rotate(&bench.call(), id, &made.spec, &other)
        .await?;
    let again = bench
        .tunnel
        .rotate(&bench.call(), id, &made.spec, &other)
        .await?;
    keep!(
        first == again,
        "the same secret changed {first:?} to {again:?}"
    );
    Ok(())
}

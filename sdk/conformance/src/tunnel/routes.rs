//! Routes are one complete list with one version.

use maquette_host::kinds::tunnel::Route;

use super::bench::{Bench, Conflict, conflict_of, sorted};
use crate::faults::Action;
use crate::suite::{Outcome, keep};

/// Paths, wildcards and every scheme.
pub(super) async fn routes_come_back_as_they_were_asked_for(bench: &Bench) -> Outcome {
    let with_path = Route {
        path: Some("/api".to_owned()),
        ..bench.route("web", "http://api.shop.svc:80")
    };
    let wild = Route {
        hostname: format!("*.{}", bench.target.zone),
        ..bench.route("wild", "https://tls.shop.svc:443")
    };
    let tcp = bench.route("db", "tcp://db.shop.svc:5432");
    let all = [
        with_path,
        bench.route("web", "http://web.shop.svc:80"),
        tcp,
        wild,
    ];
    let Some(made) = bench.keep(&all).await? else {
        return Ok(());
    };
    let seen = bench.there(&made.first.id).await?;
    keep!(
        seen.routes == all,
        "made with {all:?}, observed with {:?}",
        seen.routes
    );
    Ok(())
}

/// What is not in the list is gone.
pub(super) async fn routes_are_replaced_as_a_whole(bench: &Bench) -> Outcome {
    let Some(made) = bench.keep(&bench.two()).await? else {
        return Ok(());
    };
    let other = [bench.route("three", "http://three.shop.svc:80")];
    set(bench, &made, &other).await?;
    let seen = bench.there(&made.first.id).await?;
    keep!(
        sorted(&seen.routes) == sorted(&other),
        "set to {other:?}, observed with {:?}",
        seen.routes
    );
    Ok(())
}

async fn set(
    bench: &Bench,
    made: &super::bench::Made,
    routes: &[Route],
) -> Result<maquette_host::kinds::tunnel::Established, maquette_host::CallError> {
    let (call, spec) = (bench.call(), made.with(routes));
    let (id, version) = (&made.first.id, &made.first.version);
    bench
        .tunnel
        .set_routes(&call, id, &spec, &made.secret, version)
        .await
}

/// Nothing is let in any more, and the tunnel is still there.
pub(super) async fn a_tunnel_may_have_no_routes(bench: &Bench) -> Outcome {
    let Some(made) = bench.keep(&bench.two()).await? else {
        return Ok(());
    };
    set(bench, &made, &[]).await?;
    let seen = bench.there(&made.first.id).await?;
    keep!(seen.routes.is_empty(), "it still has {:?}", seen.routes);
    Ok(())
}

/// Order has no meaning between different hosts.
pub(super) async fn equal_routes_in_another_order_write_nothing(bench: &Bench) -> Outcome {
    let Some(made) = bench.keep(&bench.two()).await? else {
        return Ok(());
    };
    let mut turned = bench.two();
    turned.reverse();
    let fronted = bench.place.fronted()?.tunnel()?;
    bench.place.script.set(|_| Action::Forward);
    let (call, spec) = (bench.call(), made.with(&turned));
    let (id, version) = (&made.first.id, &made.first.version);
    fronted
        .set_routes(&call, id, &spec, &made.secret, version)
        .await?;
    let writes = bench.place.writes();
    keep!(writes == 0, "{writes} requests may have changed something");
    Ok(())
}

/// Looking changes no version, setting routes does.
pub(super) async fn a_version_changes_with_the_routes_and_only_with_them(bench: &Bench) -> Outcome {
    let Some(made) = bench.keep(&bench.two()).await? else {
        return Ok(());
    };
    let id = &made.first.id;
    for _ in 0..2 {
        let seen = bench.there(id).await?;
        keep!(
            seen.version == made.first.version,
            "made with version {}, observed with {}",
            made.first.version,
            seen.version
        );
    }
    let set = set(
        bench,
        &made,
        &[bench.route("three", "http://three.shop.svc:80")],
    )
    .await?;
    let seen = bench.there(id).await?;
    keep!(
        set.version != made.first.version && seen.version == set.version,
        "the version was {}, after other routes {}, observed {}",
        made.first.version,
        set.version,
        seen.version
    );
    Ok(())
}

/// Somebody else was faster.
pub(super) async fn a_stale_version_is_a_conflict_and_changes_nothing(bench: &Bench) -> Outcome {
    let Some(made) = bench.keep(&bench.two()).await? else {
        return Ok(());
    };
    let faster = [bench.route("faster", "http://faster.shop.svc:80")];
    set(bench, &made, &faster).await?;
    let before = sorted(&bench.there(&made.first.id).await?.routes);
    let late = set(
        bench,
        &made,
        &[bench.route("late", "http://late.shop.svc:80")],
    )
    .await;
    keep!(
        conflict_of(&late) != Conflict::None,
        "`set-routes` with a version that is gone returned {late:?}"
    );
    let seen = bench.there(&made.first.id).await?;
    keep!(
        sorted(&seen.routes) == before,
        "the routes became {:?}",
        seen.routes
    );
    Ok(())
}

//! Twice writes once; what is somebody else's is not touched; the mark comes with the tunnel.

use super::bench::{Bench, Conflict, conflict_of, secret, sorted};
use crate::faults::{Action, Answer};
use crate::suite::{Failure, Outcome, keep};

/// The same identifier, target and connector.
pub(super) async fn making_a_tunnel_again_finds_it(bench: &Bench) -> Outcome {
    let made = bench.make(bench.spec(&bench.ours(), &bench.two())).await?;
    let again = bench
        .ensure(&bench.tunnel, &made.spec, &made.secret)
        .await?;
    keep!(
        again.id == made.first.id && again.target == made.first.target,
        "made as {} for {:?}, again as {} for {:?}",
        made.first.id,
        made.first.target,
        again.id,
        again.target
    );
    Ok(())
}

/// No request may change anything.
pub(super) async fn making_a_tunnel_again_writes_nothing(bench: &Bench) -> Outcome {
    let Some(made) = bench.keep(&bench.two()).await? else {
        return Ok(());
    };
    let fronted = bench.place.fronted()?.tunnel()?;
    bench.place.script.set(|_| Action::Forward);
    bench.ensure(&fronted, &made.spec, &made.secret).await?;
    let writes = bench.place.writes();
    keep!(writes == 0, "{writes} requests may have changed something");
    Ok(())
}

/// `ensure` with other routes leaves those of a tunnel that exists.
pub(super) async fn making_a_tunnel_again_keeps_its_routes(bench: &Bench) -> Outcome {
    let Some(made) = bench.keep(&bench.two()).await? else {
        return Ok(());
    };
    let other = made.with(&[bench.route("three", "http://three.shop.svc:80")]);
    bench.ensure(&bench.tunnel, &other, &made.secret).await?;
    let seen = bench.there(&made.first.id).await?;
    keep!(
        sorted(&seen.routes) == sorted(&made.spec.routes),
        "its routes became {:?}",
        seen.routes
    );
    Ok(())
}

/// The name is taken, and the refusal says by whom.
pub(super) async fn a_tunnel_of_another_owner_is_a_conflict_that_names_him(
    bench: &Bench,
) -> Outcome {
    let Some(made) = bench.keep(&bench.two()).await? else {
        return Ok(());
    };
    let mut theirs = made.spec.clone();
    theirs.owner = bench.theirs();
    let answer = bench.ensure(&bench.tunnel, &theirs, &secret()?).await;
    keep!(
        conflict_of(&answer) == Conflict::Of(&bench.ours()),
        "`ensure` of a name that {} has returned {answer:?}",
        bench.ours()
    );
    Ok(())
}

/// Somebody made it by hand: it is nobody's to take.
pub(super) async fn a_tunnel_without_a_mark_is_not_taken(bench: &Bench) -> Outcome {
    if bench.keep(&bench.two()).await?.is_none() {
        return Ok(());
    }
    let hand = bench.hand()?;
    let spec = bench.spec(&bench.ours(), &bench.two());
    let failed = |what: String| Failure::NotShown(format!("by hand: {what}"));
    hand.make_without_mark(&spec.name).map_err(failed)?;
    let answer = bench.ensure(&bench.tunnel, &spec, &secret()?).await;
    hand.remove_without_mark(&spec.name).map_err(failed)?;
    keep!(
        conflict_of(&answer) == Conflict::Unmarked,
        "`ensure` of a name that somebody without a mark has returned {answer:?}"
    );
    Ok(())
}

/// Whichever request is the last that comes through: a tunnel that is there has its mark, and its owner can go on.
pub(super) async fn a_making_that_breaks_off_leaves_no_tunnel_without_its_mark(
    bench: &Bench,
) -> Outcome {
    if bench.keep(&bench.two()).await?.is_none() {
        return Ok(());
    }
    let fronted = bench.place.fronted()?.tunnel()?;
    for through in 1..=4_usize {
        let spec = bench.spec(&bench.ours(), &bench.two());
        let (script, reads) = (bench.place.script.clone(), bench.place.reads.clone());
        bench.place.script.set(move |seen| {
            let writes = script
                .seen()
                .iter()
                .filter(|seen| seen.is_write(&reads))
                .count();
            if seen.is_write(&reads) && writes > through {
                Action::Answer(Answer::new(500, "out of order"))
            } else {
                Action::Forward
            }
        });
        let secret = secret()?;
        let whole = bench.ensure(&fronted, &spec, &secret).await.is_ok();
        // Somebody else, with routes of his own, sees whose it is.
        let mut theirs = spec.clone();
        theirs.owner = bench.theirs();
        theirs.routes = vec![bench.route("theirs", "http://theirs.shop.svc:80")];
        let answer = bench.ensure(&bench.tunnel, &theirs, &secret).await;
        keep!(
            conflict_of(&answer) != Conflict::Unmarked,
            "after {through} writes a tunnel is there that has no mark"
        );
        if answer.is_err() {
            bench.ensure(&bench.tunnel, &spec, &secret).await?;
        }
        if whole {
            break;
        }
    }
    Ok(())
}

/// The provider did it, and the answer got lost: the next attempt finds it.
pub(super) async fn a_making_whose_answer_is_lost_makes_no_second_tunnel(bench: &Bench) -> Outcome {
    if bench.keep(&bench.two()).await?.is_none() {
        return Ok(());
    }
    let fronted = bench.place.fronted()?.tunnel()?;
    let (script, reads) = (bench.place.script.clone(), bench.place.reads.clone());
    bench.place.script.set(move |seen| {
        let writes = script
            .seen()
            .iter()
            .filter(|seen| seen.is_write(&reads))
            .count();
        if seen.is_write(&reads) && writes == 1 {
            Action::LoseAnswer
        } else {
            Action::Forward
        }
    });
    let spec = bench.spec(&bench.ours(), &bench.two());
    let secret = secret()?;
    // Whether this attempt fails is the plugin's business.
    drop(bench.ensure(&fronted, &spec, &secret).await);
    bench.place.script.set(|_| Action::Forward);
    bench.ensure(&bench.tunnel, &spec, &secret).await?;
    let mut found = bench.list(&bench.ours()).await?;
    found.retain(|seen| seen.name == spec.name);
    keep!(
        found.len() == 1,
        "{} tunnels have this name: {found:?}",
        found.len()
    );
    Ok(())
}

/// A provider that keeps nothing says so everywhere, and an identifier holds all that there is to know.
pub(super) async fn what_has_no_version_is_answered_from_its_identifier(bench: &Bench) -> Outcome {
    let made = bench.make(bench.spec(&bench.ours(), &bench.two())).await?;
    if !made.first.version.is_empty() {
        return Ok(());
    }
    let id = &made.first.id;
    let seen = bench.there(id).await?;
    keep!(
        seen.name == made.spec.name && seen.owner == Some(bench.ours()) && seen.version.is_empty(),
        "its identifier `{id}` is observed as {seen:?}"
    );
    let listed = bench.list(&bench.prefix()).await?;
    keep!(
        listed.is_empty(),
        "a provider that keeps nothing lists {listed:?}"
    );
    let other = made.with(&[bench.route("three", "http://three.shop.svc:80")]);
    let call = bench.call();
    let set = bench
        .tunnel
        .set_routes(&call, id, &other, &made.secret, "any version")
        .await?;
    keep!(
        set.id == *id && set.version.is_empty(),
        "its routes were set as {set:?}"
    );
    bench
        .tunnel
        .delete(&bench.call(), id, &bench.ours())
        .await?;
    Ok(())
}

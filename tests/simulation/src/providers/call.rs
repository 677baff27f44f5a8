//! One call of a provider: its fate, its effect, and its answer.

use super::{Trouble, dns, tunnels};
use crate::world::{Shared, World};
use maquette_host::{
    CallError, PluginError,
    dns::{Change, Observed, Zone},
    kinds::tunnel::{self, Established, Spec},
};
use std::time::Duration;
use tokio::time::Instant;

/// What is asked for.
#[derive(Clone, Debug)]
pub(crate) enum Op {
    Zones,
    Look {
        zone: String,
        names: Vec<String>,
    },
    Apply {
        zone: String,
        changes: Vec<Change>,
    },
    Ensure {
        spec: Spec,
    },
    SetRoutes {
        id: String,
        spec: Spec,
        expect: String,
    },
    Rotate {
        id: String,
        spec: Spec,
    },
    Find {
        id: String,
    },
    Delete {
        id: String,
        owner: String,
    },
    List {
        prefix: String,
    },
}

impl Op {
    pub(crate) fn writes(&self) -> bool {
        !matches!(
            self,
            Self::Zones | Self::Look { .. } | Self::Find { .. } | Self::List { .. }
        )
    }
}

/// What the provider says.
pub(crate) enum Reply {
    Zones(Vec<Zone>),
    Seen(Vec<Observed>),
    Outcomes(Vec<Result<String, PluginError>>),
    Established(Established),
    Tunnel(Option<tunnel::Observed>),
    Tunnels(Vec<tunnel::Observed>),
    Deleted,
}

/// How much of a change is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Portion {
    All,
    Half,
}

/// Longest time that a call may take: the default of the host.
const TIMEOUT: Duration = Duration::from_secs(30);

/// Longest time for which the operator leaves a provider alone that asks for it.
const LONGEST_PAUSE: Duration = Duration::from_mins(5);

/// Makes a call for an instance of the operator.
pub(super) async fn call(
    sim: &Shared,
    instance: usize,
    server: &str,
    op: Op,
) -> Result<Reply, CallError> {
    let gone = || CallError::Host("the process does not exist any more".to_owned());
    let (alive, trouble, before, after) = sim.with(|world| {
        let alive = world.is_alive(instance);
        if alive {
            crate::rules::called(world, instance, server, &op);
        }
        let (servers, random) = (&world.servers, &mut world.random);
        let trouble = servers.trouble(server, random);
        let (before, after) = (random.between(2, 40), random.between(1, 20));
        if let Some(trouble) = trouble {
            let what = format!("{op:?}");
            world.tell(|| format!("fault {trouble:?} of {server} for {what}"));
        }
        let time = Duration::from_millis;
        (alive, trouble, time(before), time(after))
    });
    if !alive {
        return Err(gone());
    }
    tokio::time::sleep(before).await;
    let portion = match trouble {
        Some(Trouble::Down) => {
            return Err(PluginError::Transient {
                retry_after: None,
                message: "the server answers 503".to_owned(),
            }
            .into());
        }
        Some(Trouble::RateLimited(wait)) => {
            let until = Instant::now() + wait.min(LONGEST_PAUSE);
            sim.with(|world| {
                let before = world.servers.left_alone;
                world.servers.left_alone = before.max(Some(until));
            });
            return Err(PluginError::RateLimited(wait).into());
        }
        Some(Trouble::Trap) => return Err(CallError::Trapped("unreachable".to_owned())),
        Some(Trouble::Unauthorized) => {
            return Err(PluginError::Unauthorized("the token is unknown".to_owned()).into());
        }
        Some(Trouble::ReadOnly) if op.writes() => {
            let forbidden = || PluginError::Forbidden("the token may not write".to_owned());
            return match &op {
                Op::Apply { changes, .. } => Ok(Reply::Outcomes(
                    changes.iter().map(|_| Err(forbidden())).collect(),
                )),
                _ => Err(forbidden().into()),
            };
        }
        Some(Trouble::Late) => {
            let (sim, server) = (sim.clone(), server.to_owned());
            tokio::spawn(async move {
                let delay = sim.with(|world| world.random.between(31_000, 45_000));
                tokio::time::sleep(Duration::from_millis(delay)).await;
                sim.with(|world| drop(perform(world, &server, &op, Portion::All)));
            });
            tokio::time::sleep(TIMEOUT).await;
            return Err(CallError::Timeout(TIMEOUT));
        }
        Some(Trouble::Slow) => {
            let wait = sim.with(|world| world.random.between(2000, 20_000));
            tokio::time::sleep(Duration::from_millis(wait)).await;
            Portion::All
        }
        Some(Trouble::HalfDone) => Portion::Half,
        Some(Trouble::LostAnswer | Trouble::ReadOnly) | None => Portion::All,
    };
    let reply = sim.with(|world| perform(world, server, &op, portion));
    if let Some(Trouble::HalfDone | Trouble::LostAnswer) = trouble {
        tokio::time::sleep(TIMEOUT).await;
        return Err(CallError::Timeout(TIMEOUT));
    }
    tokio::time::sleep(after).await;
    if !sim.with(|world| world.is_alive(instance)) {
        return Err(gone());
    }
    Ok(reply?)
}

fn perform(
    world: &mut World,
    server: &str,
    op: &Op,
    portion: Portion,
) -> Result<Reply, PluginError> {
    let reply = match op {
        Op::Zones | Op::Look { .. } | Op::Apply { .. } => dns::perform(world, server, op, portion),
        _ => tunnels::perform(world, server, op),
    };
    if op.writes() {
        let error = match &reply {
            Err(error) => format!("{error}"),
            Ok(Reply::Outcomes(outcomes)) => {
                let failed = outcomes.iter().filter_map(|outcome| outcome.as_ref().err());
                failed
                    .map(ToString::to_string)
                    .collect::<Vec<_>>()
                    .join("; ")
            }
            Ok(_) => String::new(),
        };
        world.tell(|| format!("{server}: {op:?} {portion:?} {error}"));
    }
    reply
}

//! Processes of the operator. A process that ends is replaced, as its Deployment does.

use crate::{
    NAMESPACE,
    api::Server,
    providers::SimulatedHost,
    world::{Instance, Shared, World},
};
use maquette_operator::{
    clock::Clock,
    engine::{Health, Metrics},
    registries::Registries,
    run::{Options, operate},
};
use std::{net::SocketAddr, sync::Arc, time::Duration};
use tokio_util::sync::CancellationToken;

/// Position of the instance that leads, else of the oldest that runs.
pub(crate) fn leading(world: &World) -> Option<usize> {
    let leader = world.leader();
    let mut living = world
        .instances
        .iter()
        .enumerate()
        .filter(|(_, held)| held.alive);
    let leads = |held: &Instance| leader.as_ref().is_some_and(|leader| held.is(leader));
    let found = living
        .clone()
        .find(|(_, held)| leads(held))
        .or_else(|| living.next());
    found.map(|(at, _)| at)
}

/// Starts a process.
pub(crate) fn start(sim: &Shared) {
    let stop = CancellationToken::new();
    let number = sim.with(|world| {
        let number = world.instances.len();
        world.instances.push(Instance {
            identity: format!("operator-{number}"),
            alive: true,
            cut_off: None,
            stop: stop.clone(),
        });
        world.tell(|| format!("instance {number} starts"));
        number
    });
    tokio::spawn(live(sim.clone(), number, stop));
}

async fn live(sim: Shared, number: usize, stop: CancellationToken) {
    let server = Server {
        sim: sim.clone(),
        instance: number,
    };
    let client = kube::Client::new(server, "default");
    let host = Arc::new(SimulatedHost::new(&sim, number));
    let (wall, dice) = (sim.clone(), sim.clone());
    let clock = Clock::new(
        move || wall.with(|world| world.now()),
        move || dice.with(|world| world.random.fraction()),
    );
    let nowhere = SocketAddr::from(([127, 0, 0, 1], 0));
    let options = Options {
        namespace: NAMESPACE.to_owned(),
        metrics_addr: nowhere,
        health_addr: nowhere,
        leader_elect: true,
        identity: format!("operator-{number}"),
        workers: 4,
        registries: Arc::new(Registries::default()),
        clock,
    };
    let (health, metrics) = (Health::default(), Metrics::default());
    let operate = operate(client, host, &options, &health, &metrics, &stop);
    tokio::pin!(operate);
    let killed = async {
        stop.cancelled().await;
        while sim.with(|world| world.is_alive(number)) {
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    };
    tokio::select! {
        biased;
        outcome = &mut operate => {
            sim.with(|world| {
                world.tell(|| format!("instance {number} returns {outcome:?}"));
                world.kill(number);
            });
            replace(&sim);
        }
        () = killed => {
            replace(&sim);
            // Nothing of what is left of it reaches anything any more.
            let _ = operate.await;
        }
    }
}

/// Starts another process where one is missing.
fn replace(sim: &Shared) {
    let sim = sim.clone();
    tokio::spawn(async move {
        let wait = sim.with(|world| world.random.between(300, 3000));
        tokio::time::sleep(Duration::from_millis(wait)).await;
        let missing = sim.with(|world| {
            let living = world.instances.iter().filter(|held| held.alive);
            living.count() < world.replicas
        });
        if missing {
            start(&sim);
        }
    });
}

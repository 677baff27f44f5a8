//! One run: the script, then recovery, then the end of everything.

use crate::{
    cluster, end, instance,
    rules::Violation,
    scene,
    script::{self, Step},
    world::{Shared, Sim, World},
};
use std::time::Duration;
use tokio::time::Instant;

/// A run.
#[derive(Clone, Debug)]
pub struct Setup {
    /// Everything comes from it.
    pub seed: u64,
    /// Steps of the script that are performed; all of them where nothing is said.
    pub keep: Option<Vec<usize>>,
    /// Whether it is written down what happens.
    pub traced: bool,
}

/// What became of a run.
#[derive(Clone, Debug)]
pub struct Report {
    /// The run.
    pub setup: Setup,
    /// The rule that was broken, where one was.
    pub violation: Option<Violation>,
    /// The steps that were performed, with their positions.
    pub steps: Vec<(usize, String)>,
    /// What happened, where it was written down.
    pub trace: Vec<String>,
    /// The same for the same run.
    pub fingerprint: u64,
    /// Requests of the operator and calls of providers.
    pub requests: u64,
    /// Virtual time from the beginning to the end.
    pub time: Duration,
}

impl Report {
    /// The simulation itself panicked.
    pub(crate) fn panicked(setup: Setup, message: String) -> Self {
        let violation = Violation {
            rule: "simulation",
            message,
            at: Duration::ZERO,
        };
        Self {
            setup,
            violation: Some(violation),
            steps: Vec::new(),
            trace: Vec::new(),
            fingerprint: 0,
            requests: 0,
            time: Duration::ZERO,
        }
    }
}

/// Faults end by then.
const FAULTS: Duration = Duration::from_secs(62);

/// Runs a simulation on this thread. The result depends on the setup alone where the hash maps of this thread do.
pub fn simulate(setup: &Setup) -> Report {
    let mut random = crate::random::Random::new(setup.seed, 9);
    fastrand::seed(random.next());
    crate::panics::begin();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build();
    let runtime = match runtime {
        Ok(runtime) => runtime,
        Err(error) => panic!("no runtime: {error}"),
    };
    let steps: Vec<(usize, Step)> = script::generate(setup.seed)
        .into_iter()
        .enumerate()
        .filter(|(at, _)| setup.keep.as_ref().is_none_or(|keep| keep.contains(at)))
        .collect();
    let report = runtime.block_on(play(setup, &steps));
    // Tasks that are left are dropped with the runtime.
    drop(runtime);
    report
}

async fn play(setup: &Setup, steps: &[(usize, Step)]) -> Report {
    let sim = Sim::new(World::new(setup.seed, setup.traced));
    sim.with(scene::set);
    tokio::spawn(cluster::run(sim.clone()));
    instance::start(&sim);
    let start = Instant::now();
    let mut failed = false;
    for (_, step) in steps {
        if wait(&sim, start + step.at).await {
            failed = true;
            break;
        }
        script::perform(&sim, step);
    }
    if !failed && !wait(&sim, start + FAULTS).await {
        sim.with(World::faults_end);
        sim.recovered.notify_waiters();
        end::recover(&sim).await;
    }
    sim.with(|world| Report {
        setup: setup.clone(),
        violation: world.violation.clone(),
        steps: steps
            .iter()
            .map(|(at, step)| (*at, step.to_string()))
            .collect(),
        trace: world.trace.take().unwrap_or_default(),
        fingerprint: world.fingerprint,
        requests: world.requests,
        time: world.elapsed(),
    })
}

/// Waits until then. Says whether a rule was broken before.
pub(crate) async fn wait(sim: &Shared, until: Instant) -> bool {
    loop {
        let broken = sim.with(|world| {
            if let Some(message) = crate::panics::take() {
                world.violate("panic", message);
            }
            world.violation.is_some()
        });
        if broken {
            return true;
        }
        if tokio::time::timeout_at(until, sim.news.notified())
            .await
            .is_err()
        {
            return sim.with(|world| world.violation.is_some());
        }
    }
}

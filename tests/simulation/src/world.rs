//! All that exists besides the operator: the cluster, the providers, the faults, and the rules that are watched over.

use crate::{
    api::{Actor, Id, LEASES, Object, Refused, Request, Resource, Store, table},
    cluster::Queue,
    faults::{Answer, Fate, Window},
    providers::Servers,
    random::Random,
    rules::{Rules, Violation},
};
use bytes::Bytes;
use jiff::Timestamp;
use std::{
    collections::{BTreeSet, HashMap},
    time::Duration,
};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

pub(crate) use crate::sim::{Shared, Sim};

/// One process of the operator.
pub(crate) struct Instance {
    pub(crate) identity: String,
    pub(crate) alive: bool,
    /// The API server is not reachable until then.
    pub(crate) cut_off: Option<Instant>,
    pub(crate) stop: CancellationToken,
}

impl Instance {
    /// Whether a Lease names it. The operator adds a suffix to the identity.
    pub(crate) fn is(&self, holder: &str) -> bool {
        let rest = holder.strip_prefix(&self.identity);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('_'))
    }
}

/// All that exists besides the operator.
pub(crate) struct World {
    pub(crate) store: Store,
    pub(crate) servers: Servers,
    pub(crate) random: Random,
    pub(crate) breaks: HashMap<Resource, (u64, crate::api::Break)>,
    pub(crate) lag: HashMap<Resource, Instant>,
    pub(crate) windows: Vec<Window>,
    pub(crate) instances: Vec<Instance>,
    pub(crate) watches: u64,
    pub(crate) jobs: Queue,
    pub(crate) rules: Rules,
    pub(crate) violation: Option<Violation>,
    /// What happened, where it is written down.
    pub(crate) trace: Option<Vec<String>>,
    /// Of every request and call: the same for the same run.
    pub(crate) fingerprint: u64,
    /// Requests and calls.
    pub(crate) requests: u64,
    /// Resources whose watches have something new.
    pub(crate) touched: BTreeSet<Resource>,
    pub(crate) has_news: bool,
    /// Minor version of the API server: newer ones stream lists.
    pub(crate) minor: u32,
    /// How many replicas the operator's Deployment has.
    pub(crate) replicas: usize,
    start: Instant,
}

/// When every simulation begins.
const START: i64 = 1_767_225_600;
/// More requests than any run needs.
const RUNAWAY: u64 = 150_000;

impl World {
    pub(crate) fn new(seed: u64, traced: bool) -> Self {
        Self {
            store: Store::default(),
            servers: Servers::default(),
            random: Random::new(seed, 1),
            breaks: HashMap::new(),
            lag: HashMap::new(),
            windows: Vec::new(),
            instances: Vec::new(),
            watches: 0,
            jobs: Queue::new(seed),
            rules: Rules::default(),
            violation: None,
            trace: traced.then(Vec::new),
            fingerprint: seed,
            requests: 0,
            touched: BTreeSet::new(),
            has_news: false,
            minor: if seed.is_multiple_of(2) { 34 } else { 29 },
            replicas: 1,
            start: Instant::now(),
        }
    }

    /// Time since the beginning.
    pub(crate) fn elapsed(&self) -> Duration {
        self.start.elapsed()
    }

    /// The wall clock.
    pub(crate) fn now(&self) -> Timestamp {
        let start = Timestamp::from_second(START).unwrap_or_default();
        start
            .checked_add(jiff::SignedDuration::try_from(self.elapsed()).unwrap_or_default())
            .unwrap_or(start)
    }

    pub(crate) fn tell(&mut self, text: impl FnOnce() -> String) {
        let at = self.elapsed();
        if let Some(trace) = &mut self.trace {
            trace.push(format!("{:>9.3} {}", at.as_secs_f64(), text()));
        }
    }

    pub(crate) fn violate(&mut self, rule: &'static str, message: String) {
        self.tell(|| format!("VIOLATION {rule}: {message}"));
        if self.violation.is_none() {
            self.violation = Some(Violation {
                rule,
                message,
                at: self.elapsed(),
            });
            self.has_news = true;
        }
    }

    /// Changes objects on behalf of someone, and lets everyone hear of it.
    pub(crate) fn act<R>(&mut self, actor: Actor, act: impl FnOnce(&mut Store) -> R) -> R {
        self.store.now = self.now();
        let result = act(&mut self.store);
        for (id, before, after) in std::mem::take(&mut self.store.effects) {
            self.touched.insert(id.resource);
            self.jobs
                .changed(&self.store, &id, before.as_deref(), after.as_deref());
            crate::rules::changed(self, actor, &id, before.as_ref(), after.as_ref());
            if actor != Actor::User && !id.is_lease() {
                self.tell(|| describe(actor, &id, before.as_deref(), after.as_deref()));
            }
        }
        result
    }

    /// A request leaves the client.
    pub(crate) fn requested(&mut self, instance: usize, request: &Request) {
        self.count(request.resource as u64 * 16 + request.verb as u64);
        if request.verb.writes()
            && table()[request.resource].plural != LEASES
            && request.kind() != "Event"
        {
            let id = request.id();
            crate::rules::written(self, instance, &id);
        }
    }

    /// Counts something that the operator did.
    pub(crate) fn count(&mut self, what: u64) {
        let at = u64::try_from(self.elapsed().as_nanos()).unwrap_or_default();
        let mut random = Random::new(self.fingerprint ^ at, what);
        self.fingerprint = random.next();
        self.requests += 1;
        if self.requests == RUNAWAY {
            self.violate("bounded", format!("more than {RUNAWAY} requests and calls"));
        }
    }

    /// A request arrives at the server.
    pub(crate) fn request(&mut self, request: &Request) -> Result<Bytes, Refused> {
        let answer = self.act(request.actor, |store| request.perform(store));
        if let Err(refused) = &answer
            && (request.verb.writes() || refused.code == 410)
        {
            let (id, refused) = (request.id(), refused.clone());
            self.tell(|| {
                format!(
                    "{:?} {:?} {id} -> {} {}",
                    request.actor, request.verb, refused.code, refused.message
                )
            });
        }
        answer
    }

    pub(crate) fn fate(&mut self, instance: usize, request: &Request) -> Fate {
        if self.is_cut_off(instance) {
            return if self.random.percent(50) {
                Fate::Reset
            } else {
                Fate::Hang
            };
        }
        let (windows, random) = (&self.windows, &mut self.random);
        let fate = windows
            .iter()
            .find_map(|window| window.fate(request.resource, request.verb.writes(), random));
        let fate = fate.unwrap_or(Fate::Effect(Answer::Arrives));
        if fate != Fate::Effect(Answer::Arrives) {
            let id = request.id();
            self.tell(|| format!("fault {fate:?} for {:?} {id}", request.verb));
        }
        fate
    }

    pub(crate) fn is_alive(&self, instance: usize) -> bool {
        self.instances.get(instance).is_some_and(|held| held.alive)
    }

    pub(crate) fn is_cut_off(&self, instance: usize) -> bool {
        let cut_off = self.instances.get(instance).and_then(|held| held.cut_off);
        cut_off.is_some_and(|until| Instant::now() < until)
    }

    pub(crate) fn is_reachable(&self, instance: usize) -> bool {
        self.is_alive(instance) && !self.is_cut_off(instance)
    }

    /// The process ends, whatever it is doing.
    pub(crate) fn kill(&mut self, instance: usize) {
        if let Some(held) = self.instances.get_mut(instance)
            && held.alive
        {
            held.alive = false;
            held.stop.cancel();
            self.has_news = true;
            self.tell(|| format!("instance {instance} ends"));
        }
    }

    /// Every watch of the resource breaks.
    pub(crate) fn break_watches(&mut self, resource: Resource, how: crate::api::Break) {
        if how == crate::api::Break::Expired {
            self.store.compact(resource);
        }
        let entry = self.breaks.entry(resource).or_insert((0, how));
        *entry = (entry.0 + 1, how);
        self.touched.insert(resource);
    }

    /// Identity of the replica that leads, where one does.
    pub(crate) fn leader(&self) -> Option<String> {
        let leases = table().iter().position(|row| row.plural == LEASES)?;
        let (_, lease) = self.store.of(leases).next()?;
        let holder = lease.value["spec"]["holderIdentity"].as_str()?;
        Some(holder.to_owned()).filter(|holder| !holder.is_empty())
    }

    /// No fault is active any more.
    pub(crate) fn faults_end(&mut self) {
        self.windows.clear();
        self.lag.clear();
        for instance in &mut self.instances {
            instance.cut_off = None;
        }
        self.servers.recover();
        self.breaks.values_mut().for_each(|(count, how)| {
            // Frozen connections are found out.
            if *how == crate::api::Break::Freeze {
                *count += 1;
                *how = crate::api::Break::Reset;
            }
        });
        self.ring();
    }

    /// Lets everyone look at everything.
    pub(crate) fn ring(&mut self) {
        self.touched.extend(0..table().len());
        self.has_news = true;
    }
}

fn describe(actor: Actor, id: &Id, before: Option<&Object>, after: Option<&Object>) -> String {
    let what = match (before, after) {
        (None, Some(_)) => "creates",
        (Some(_), Some(after)) if after.is_terminating() => "changes (terminating)",
        (Some(before), Some(after)) if before.generation() == after.generation() => "touches",
        (Some(_), Some(_)) => "changes",
        _ => "removes",
    };
    let ready = after.and_then(|after| {
        let ready = after.condition("Ready")?;
        Some(format!(
            ": {} {} {}",
            ready["status"].as_str()?,
            ready["reason"].as_str()?,
            ready["message"].as_str()?
        ))
    });
    format!("{actor:?} {what} {id}{}", ready.unwrap_or_default())
}

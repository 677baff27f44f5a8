//! A script from a seed.

use super::{
    Action, Step,
    specimen::{NAMESPACES, ZONE, specimen, weight},
};
use crate::{
    api::{Break, Id, resource_of},
    faults::Trouble,
    providers,
    random::Random,
};
use maquette_operator::cluster::Kind;
use std::time::Duration;

/// How long users and faults are active, in milliseconds.
const ACTIVE: u64 = 60_000;

pub(crate) fn generate(seed: u64) -> Vec<Step> {
    let mut random = Random::new(seed, 3);
    let mut steps = Vec::new();
    let mut objects: Vec<Id> = Vec::new();
    let mut add = |at: u64, action: Action| {
        steps.push(Step {
            at: Duration::from_millis(at),
            action,
        });
    };
    for number in 0..random.between(1, 4) {
        let kind = kind(&mut random);
        let (id, spec) = specimen(kind, number, &mut random);
        let at = random.below(ACTIVE / 3);
        if random.percent(12) {
            foreign(&id, at, &mut random, &mut add);
        }
        add(at, Action::Apply(id.clone(), spec));
        if random.percent(55) {
            let (_, spec) = specimen(kind, number, &mut random);
            add(
                at + random.below(ACTIVE - at),
                Action::Apply(id.clone(), spec),
            );
        }
        if random.percent(30) {
            let gone = at + random.below(ACTIVE - at);
            add(gone, Action::Delete(id.clone()));
            if random.percent(40) {
                let (_, spec) = specimen(kind, number, &mut random);
                add(gone + random.below(8000), Action::Apply(id.clone(), spec));
            }
        }
        objects.push(id);
    }
    // A third of the runs has no faults at all.
    if random.percent(66) {
        for _ in 0..random.between(1, 6) {
            let at = random.below(ACTIVE);
            let action = fault(&mut random);
            add(at, action);
        }
    }
    for _ in 0..random.below(3) {
        let at = random.between(5000, ACTIVE);
        let (pick, delete) = (random.next(), random.percent(50));
        let action = match random.below(5) {
            0 | 1 => Action::TamperRecord { pick, delete },
            2 | 3 => Action::TamperObject { pick, delete },
            _ => Action::Restrict((*random.pick(&NAMESPACES)).to_owned()),
        };
        add(at, action);
    }
    steps.sort_by_key(|step| step.at);
    steps
}

fn kind(random: &mut Random) -> Kind {
    let total: u64 = Kind::ALL.iter().copied().map(weight).sum();
    let mut at = random.below(total);
    for kind in Kind::ALL.iter().copied() {
        match at.checked_sub(weight(kind)) {
            Some(left) => at = left,
            None => return kind,
        }
    }
    Kind::Workspace
}

/// Objects and record sets of others, about when the object is created whose names they have.
fn foreign(id: &Id, at: u64, random: &mut Random, add: &mut impl FnMut(u64, Action)) {
    let near = (at + 1500).saturating_sub(random.below(3000));
    if id.is(Kind::Workspace) && random.percent(60) {
        let kind = *random.pick(&[Kind::Service, Kind::Deployment, Kind::StatefulSet]);
        let name = format!("{}-c{}", id.name, random.below(2));
        add(near, Action::Foreign(Id::of(kind, &id.namespace, &name)));
    } else {
        let first = if random.percent(50) {
            id.name.to_string()
        } else {
            format!("h{}", random.below(6))
        };
        let name = format!("{first}.{ZONE}");
        let alias = random.percent(40);
        let zone = ZONE.to_owned();
        add(near, Action::ForeignRecord { zone, name, alias });
    }
}

fn fault(random: &mut Random) -> Action {
    let any = |random: &mut Random| resource_of(*random.pick(Kind::ALL));
    let seconds = random.between(1, 25);
    match random.below(16) {
        0 | 1 => Action::Crash,
        2 => Action::Upgrade,
        3 => Action::Replicas,
        4 => Action::CutOff {
            seconds: random.between(2, 30),
        },
        5..8 => Action::Requests {
            trouble: *random.pick(&[
                Trouble::Resets,
                Trouble::LostAnswers,
                Trouble::Errors(500),
                Trouble::Errors(503),
                Trouble::Errors(429),
                Trouble::Hangs,
                Trouble::LateWrites,
            ]),
            percent: *random.pick(&[10, 40, 80, 100]),
            seconds,
            resource: random.percent(50).then(|| any(random)),
        },
        8 | 9 => Action::Break {
            resource: any(random),
            how: *random.pick(&[Break::End, Break::Reset, Break::Expired, Break::Freeze]),
        },
        10 => Action::Lag {
            resource: any(random),
            seconds,
        },
        11..14 => Action::Provider {
            server: if random.percent(70) { "dns" } else { "tunnels" },
            trouble: *random.pick(&[
                providers::Trouble::Down,
                providers::Trouble::RateLimited(Duration::from_secs(5)),
                providers::Trouble::RateLimited(Duration::from_millis(u64::MAX)),
                providers::Trouble::ReadOnly,
                providers::Trouble::HalfDone,
                providers::Trouble::LostAnswer,
                providers::Trouble::Late,
                providers::Trouble::Slow,
                providers::Trouble::Trap,
                providers::Trouble::Unauthorized,
            ]),
            percent: *random.pick(&[30, 100]),
            seconds: random.between(1, 50),
        },
        14 if random.percent(50) => Action::Registry { seconds },
        14 => Action::Gateways { seconds },
        _ => Action::Secret { seconds },
    }
}

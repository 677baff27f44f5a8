//! Reads, decides and writes one batch.

use std::collections::BTreeMap;

use maquette_sdk::dns::batch::{
    Checked, Decision, Key, Marks, Plan, State, check, confirm, decide,
};
use maquette_sdk::dns::{Change, Name};
use maquette_sdk::{Error, Result};

use crate::failure::Sent;
use crate::server::Server;
use crate::state::Raw;
use crate::update::{Planned, middle, portions};

/// How often a batch is decided anew because somebody else wrote meanwhile.
const ATTEMPTS: usize = 3;

/// What became of each record set that was written.
type Results = BTreeMap<Key, Sent>;

/// Makes the changes: one transfer and one update for each 32,000 octets. When somebody else wrote in between, what is still
/// open is decided anew against what the zone holds then.
pub(crate) fn apply(
    server: &Server<'_>,
    zone: &Name,
    changes: &[Change],
) -> Result<Vec<Result<String>>> {
    let mut outcomes: Vec<Option<Result<String>>> = vec![None; changes.len()];
    let checked: Vec<Result<Checked>> = changes
        .iter()
        .map(|change| check(zone, change, Marks::Beside))
        .collect();
    for (outcome, checked) in outcomes.iter_mut().zip(&checked) {
        *outcome = checked.as_ref().err().map(|error| Err(error.clone()));
    }
    for attempt in 1..=ATTEMPTS {
        let open: Vec<usize> = positions(&outcomes);
        if open.is_empty() {
            break;
        }
        let before = match server.read(zone) {
            Ok(before) => before,
            Err(error) if attempt == 1 => return Err(error),
            Err(error) => {
                settle(
                    &mut outcomes,
                    &open,
                    open.iter().map(|_| Some(Err(error.clone()))),
                );
                break;
            }
        };
        let pending: Vec<Result<Checked>> = open
            .iter()
            .filter_map(|position| checked.get(*position).cloned())
            .collect();
        let plan = decide(before, &pending);
        let results = write(server, zone, &plan.writes, attempt == ATTEMPTS)?;
        let decided = outcomes_of(server, zone, &plan, &results);
        settle(&mut outcomes, &open, decided);
    }
    Ok(outcomes
        .into_iter()
        .map(|outcome| outcome.unwrap_or_else(restless))
        .collect())
}

fn positions(outcomes: &[Option<Result<String>>]) -> Vec<usize> {
    let open = outcomes
        .iter()
        .enumerate()
        .filter(|(_, outcome)| outcome.is_none());
    open.map(|(position, _)| position).collect()
}

fn settle(
    outcomes: &mut [Option<Result<String>>],
    open: &[usize],
    decided: impl IntoIterator<Item = Option<Result<String>>>,
) {
    for (position, outcome) in open.iter().zip(decided) {
        if let Some(place) = outcomes.get_mut(*position) {
            *place = outcome;
        }
    }
}

/// The outcome of each change of the plan; nothing where somebody else was faster and it has to be decided anew.
fn outcomes_of(
    server: &Server<'_>,
    zone: &Name,
    plan: &Plan<Raw>,
    results: &Results,
) -> Vec<Option<Result<String>>> {
    let sent: Vec<Result<()>> = plan
        .writes
        .iter()
        .map(|write| match results.get(&write.key) {
            Some(Sent::Done) => Ok(()),
            Some(Sent::Refused(error) | Sent::Failed(error)) => Err(error.clone()),
            Some(Sent::Lost) | None => Err(Error::conflict(None)),
        })
        .collect();
    let is_open =
        |key: &Key| matches!(results.get(key), Some(Sent::Failed(error)) if error.is_passing());
    // A success is the server's word; only of what was left open the zone itself can tell.
    let after: Option<Result<State<Raw>>> = results.keys().any(is_open).then(|| server.read(zone));
    let believed = confirm(plan, &sent, None);
    let seen = confirm(plan, &sent, after.as_ref());
    plan.decisions
        .iter()
        .zip(believed.into_iter().zip(seen))
        .map(|(decision, (believed, seen))| match decision {
            Decision::Written(key) if matches!(results.get(key), Some(Sent::Lost)) => None,
            Decision::Written(key) if is_open(key) => Some(seen),
            _ => Some(believed),
        })
        .collect()
}

fn write(
    server: &Server<'_>,
    zone: &Name,
    writes: &[Planned],
    last_attempt: bool,
) -> Result<Results> {
    let mut sender = Sender {
        server,
        zone,
        last_attempt,
        trouble: None,
        results: Results::new(),
    };
    for portion in portions(zone, writes)? {
        sender.write(portion);
    }
    Ok(sender.results)
}

struct Sender<'a> {
    server: &'a Server<'a>,
    zone: &'a Name,
    last_attempt: bool,
    /// The server is in trouble and is not asked again.
    trouble: Option<Error>,
    results: Results,
}

impl Sender<'_> {
    /// Writes all at once. A server refuses an update as a whole for one of its records, so what is refused is halved until
    /// the culprit stands alone and the others are written; and so is, in the last attempt, what was lost.
    fn write(&mut self, writes: &[Planned]) {
        let sent = match &self.trouble {
            Some(error) => Sent::Failed(error.clone()),
            None => self.server.write(self.zone, writes),
        };
        let culprit_unknown = match &sent {
            Sent::Refused(_) => true,
            Sent::Lost => self.last_attempt,
            Sent::Done | Sent::Failed(_) => false,
        };
        if culprit_unknown && writes.len() > 1 {
            let (first, second) = writes.split_at(middle(writes));
            self.write(first);
            self.write(second);
            return;
        }
        if let Sent::Failed(error) = &sent {
            self.trouble = Some(error.clone());
        }
        let results = writes.iter().map(|write| (write.key.clone(), sent.clone()));
        self.results.extend(results);
    }
}

fn restless() -> Result<String> {
    Err(Error::transient(
        "somebody else keeps changing this record set; it is tried again",
    ))
}

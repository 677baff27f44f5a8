//! Reads, decides, writes and confirms one batch.

use maquette_sdk::dns::batch::{Checked, Marks, check, confirm, decide, is_open};
use maquette_sdk::dns::{Change, Name};
use maquette_sdk::{Context, Error, Result};

use crate::api::Api;
use crate::config::Config;
use crate::failure::Failure;
use crate::plan::{Unit, batches, units};

/// Makes the changes: one read and one write, or several where Cloud DNS's limits ask for it. Only an answer that was lost
/// takes another read, and only a change that is refused takes more writes.
pub(crate) fn apply(
    ctx: &Context<Config>,
    zone: &Name,
    changes: &[Change],
) -> Result<Vec<Result<String>>> {
    let checked: Vec<Result<Checked>> = changes
        .iter()
        .map(|change| check(zone, change, Marks::Beside))
        .collect();
    if checked.iter().all(Result::is_err) {
        return Ok(checked
            .into_iter()
            .map(|error| error.map(|_| String::new()))
            .collect());
    }
    let api = Api::new(ctx)?;
    let id = api.zone_id(zone)?;
    let plan = decide(api.read(&id)?, &checked);
    let mut sent = Sent {
        results: vec![Ok(()); plan.writes.len()],
        broken: None,
    };
    for batch in batches(units(&plan.writes)?) {
        write(&api, &id, batch, &mut sent);
    }
    // Where it cannot be read again, what is open stays so, and what was said to be done is done.
    let after = sent.results.iter().any(is_open).then(|| api.read(&id));
    let after = after.filter(Result::is_ok);
    Ok(confirm(&plan, &sent.results, after.as_ref()))
}

/// What became of the writes so far.
struct Sent {
    results: Vec<Result<()>>,
    /// A fault that passes: nothing more is asked in this call.
    broken: Option<Error>,
}

impl Sent {
    fn fail_all(&mut self, units: &[Unit], error: &Error) {
        for position in units.iter().flat_map(|unit| &unit.writes) {
            if let Some(slot) = self.results.get_mut(*position) {
                *slot = Err(error.clone());
            }
        }
    }

    /// The units that are not to blame.
    fn without(&mut self, units: Vec<Unit>, culprits: &[(usize, Error)]) -> Vec<Unit> {
        let mut others = Vec::with_capacity(units.len());
        for (position, unit) in units.into_iter().enumerate() {
            match culprits.iter().find(|(culprit, _)| *culprit == position) {
                Some((_, error)) => self.fail_all(&[unit], error),
                None => others.push(unit),
            }
        }
        others
    }
}

/// Writes a batch. Cloud DNS refuses it as a whole for one bad record set and mostly names that: it is left out and the
/// others are tried again. Where it names none, the batch is halved until the culprit stands alone. A zone that is full
/// gets what makes it smaller, and nothing else: trying all halves would cost a request for each name.
fn write(api: &Api<'_>, id: &str, mut batch: Vec<Unit>, sent: &mut Sent) {
    while !batch.is_empty() {
        let outcome = match &sent.broken {
            Some(error) => Err(Failure::Failed(error.clone())),
            None => api.change(id, &batch),
        };
        let refusal = match outcome {
            Ok(()) => return,
            Err(Failure::Failed(error)) => {
                sent.fail_all(&batch, &error);
                sent.broken = sent.broken.take().or(error.is_passing().then_some(error));
                return;
            }
            Err(Failure::Refused(refusal)) => refusal,
        };
        let culprits = refusal.culprits(&batch);
        if !culprits.is_empty() {
            batch = sent.without(batch, &culprits);
        } else if refusal.is_full() {
            let (growing, others): (Vec<Unit>, _) = batch.into_iter().partition(Unit::grows);
            sent.fail_all(&growing, &refusal.meaning());
            batch = if growing.is_empty() {
                sent.fail_all(&others, &refusal.meaning());
                Vec::new()
            } else {
                others
            };
        } else if batch.len() == 1 {
            sent.fail_all(&batch, &refusal.meaning());
            return;
        } else {
            let second = batch.split_off(batch.len() / 2);
            write(api, id, batch, sent);
            batch = second;
        }
    }
}

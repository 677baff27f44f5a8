//! Reads, decides, writes and confirms one batch.

use maquette_sdk::dns::batch::{Checked, Marks, Plan, check, confirm, decide, is_open};
use maquette_sdk::dns::{Change, Creation, Name, RecordSet, Replacement};
use maquette_sdk::{Context, Error, Result};

use super::codec::normal;
use super::plan::{Unit, batches, units};
use super::state::Raw;
use super::zones::{change, read, zone_id};
use crate::api::Api;
use crate::config::Config;
use crate::failure::Failure;

/// Makes the changes: one read and one write, or several where Cloudflare's limits ask for it. Only an answer that was lost
/// takes another read, and only a batch that is refused takes more writes.
pub(super) fn apply(
    ctx: &Context<Config>,
    zone: &Name,
    changes: &[Change],
) -> Result<Vec<Result<String>>> {
    let checked: Vec<Result<Checked>> = changes
        .iter()
        .map(|change| check(zone, &as_kept(change, ctx.config.proxied), Marks::Beside))
        .collect();
    let names = names(&checked);
    if names.is_empty() {
        return Ok(checked
            .into_iter()
            .map(|error| error.map(|_| String::new()))
            .collect());
    }
    let api = Api::new(ctx)?;
    let id = zone_id(&api, zone)?;
    let plan: Plan<Raw> = decide(read(&api, &id, zone, &names)?, &checked);
    let mut sent = Sent {
        results: vec![Ok(()); plan.writes.len()],
        broken: None,
    };
    for batch in batches(units(&plan.writes, ctx.config.proxied)?) {
        write(&api, &id, batch, &mut sent);
    }
    // Where it cannot be read again, what is open stays so, and what was said to be done is done.
    let open = sent.results.iter().any(is_open);
    let after = open.then(|| read(&api, &id, zone, &names));
    let after = after.filter(Result::is_ok);
    Ok(confirm(&plan, &sent.results, after.as_ref()))
}

/// The change with its records as Cloudflare keeps them; what is no record set is left to the check.
fn as_kept(change: &Change, proxied: bool) -> Change {
    let kept =
        |records: &RecordSet| normal(records, proxied, "").unwrap_or_else(|_| records.clone());
    match change {
        Change::Create(creation) => Change::Create(Creation {
            records: kept(&creation.records),
            owner: creation.owner.clone(),
        }),
        Change::Replace(replacement) => Change::Replace(Replacement {
            records: kept(&replacement.records),
            owner: replacement.owner.clone(),
            expect: replacement.expect.clone(),
        }),
        Change::Delete(_) => change.clone(),
    }
}

fn names(changes: &[Result<Checked>]) -> Vec<Name> {
    let mut names: Vec<Name> = changes
        .iter()
        .flatten()
        .filter_map(|change| change.key().name.parse().ok())
        .collect();
    names.sort_unstable();
    names.dedup();
    names
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
}

/// Writes a batch. Cloudflare refuses it as a whole for one bad record, so what is refused is halved until the culprit
/// stands alone and the others are written. A zone that is full gets what makes it smaller, and nothing else: trying all
/// halves would cost a request for each name.
fn write(api: &Api<'_>, id: &str, mut batch: Vec<Unit>, sent: &mut Sent) {
    while !batch.is_empty() {
        let outcome = match &sent.broken {
            Some(error) => Err(Failure::Failed(error.clone())),
            None => change(api, id, &batch),
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
        if refusal.is_full() && batch.iter().any(Unit::grows) {
            let (growing, others): (Vec<Unit>, _) = batch.into_iter().partition(Unit::grows);
            sent.fail_all(&growing, &refusal.meaning("records"));
            batch = others;
        } else if batch.len() == 1 {
            sent.fail_all(&batch, &refusal.meaning("records"));
            return;
        } else {
            let second = batch.split_off(batch.len() / 2);
            write(api, id, batch, sent);
            batch = second;
        }
    }
}

//! Reads, decides, writes and confirms one batch.

use maquette_sdk::dns::batch::{Checked, Marks, check, confirm, decide, is_open};
use maquette_sdk::dns::{Change, Name};
use maquette_sdk::{Error, Result};

use crate::api::Api;
use crate::failure::{Failure, refusal};
use crate::plan::{Unit, batches, units};

/// Makes the changes: one read and one write, or several where Route 53's limits ask for it. Only an answer that was lost
/// takes another read, and only a batch that is refused takes more writes, to find out which change it is.
pub(crate) fn apply(api: &Api<'_>, zone: &Name, changes: &[Change]) -> Result<Vec<Result<String>>> {
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
    let id = api.zone_id(zone)?;
    let plan = decide(api.read(&id)?, &checked);
    let mut sent = vec![Ok(()); plan.writes.len()];
    let mut broken = None;
    for batch in batches(units(&plan.writes)?) {
        write(api, &id, &batch, &mut sent, &mut broken);
    }
    if sent.iter().any(is_open) {
        let after = api.read(&id);
        return Ok(confirm(&plan, &sent, Some(&after)));
    }
    Ok(confirm(&plan, &sent, None))
}

/// Writes a batch. Route 53 refuses it as a whole for one bad change, so what is refused is halved until the culprit
/// stands alone and the others are written. After a fault that passes, nothing more is asked in this call.
fn write(
    api: &Api<'_>,
    id: &str,
    batch: &[Unit],
    sent: &mut [Result<()>],
    broken: &mut Option<Error>,
) {
    let outcome = match broken {
        Some(error) => Err(Failure::Failed(error.clone())),
        None => api.change(id, batch),
    };
    let error = match outcome {
        Ok(()) => return,
        Err(Failure::Refused(_)) if batch.len() > 1 => {
            let (first, second) = batch.split_at(batch.len() / 2);
            write(api, id, first, sent, broken);
            write(api, id, second, sent, broken);
            return;
        }
        Err(Failure::Refused(why)) => refusal(&why),
        Err(Failure::Failed(error)) => {
            if error.is_passing() {
                *broken = Some(error.clone());
            }
            error
        }
    };
    for position in batch.iter().flat_map(|unit| &unit.writes) {
        if let Some(slot) = sent.get_mut(*position) {
            *slot = Err(error.clone());
        }
    }
}

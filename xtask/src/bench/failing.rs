//! 1,000 records whose provider fails: the operator's status writes and calls while nothing improves.

use std::time::{Duration, Instant};

use anyhow::Result;
use jiff::Timestamp;
use kube::Api;
use maquette_api::DNSRecord;

use super::Bench;
use super::audit::{Request, count, summary};
use super::census::Census;
use super::counters::growth;
use super::field::{Failure, Field, NOTE, PROVIDER};
use super::figure::{Figure, Section, short};
use super::wave::CALM;
use super::workspaces::{create, namespace, record};

const COUNT: u32 = 1000;
const PLACE: &str = "failing";
const WITHIN: Duration = Duration::from_mins(10);
/// The span of time that the goal for status writes is about.
const SPAN: Duration = Duration::from_mins(5);
/// Calls of the plugin by provider.
const CALLS: &str = "maquette_plugin_calls_total";

pub(super) async fn measure(bench: &Bench<'_>) -> Result<Section> {
    let mut section = Section::default();
    for (failure, name) in [
        (Failure::Changes, "the server fails at every change"),
        (Failure::Everything, "the server fails at every request"),
    ] {
        let field = Field::start(bench, 0).await?;
        one(bench, &field, failure, name, &mut section).await?;
    }
    section.note(
        "PowerDNS answers 500 because its database refuses. A status write is counted from the moment when each record \
         reports the failure; a call is one of the plugin, which may send several requests.",
    );
    section.note(NOTE);
    Ok(section)
}

async fn one(
    bench: &Bench<'_>,
    field: &Field,
    failure: Failure,
    name: &str,
    section: &mut Section,
) -> Result<()> {
    let mut audit = field.audit();
    audit.quiet(CALM, WITHIN).await?;
    field.power_dns.fail(failure)?;
    let (from, began) = (Timestamp::now(), Instant::now());
    let step = bench
        .progress
        .during(format_args!("{COUNT} records, {name}"));
    reported(field).await?;
    let (until, took) = (Timestamp::now(), began.elapsed());
    drop(step);
    let before = audit.between(from, until)?;
    section.add(Figure::told(
        format!("{COUNT} records, {name}: all report it after"),
        format!(
            "{:.1} s, {} status writes each",
            took.as_secs_f64(),
            short(status_writes(&before) / f64::from(COUNT))
        ),
    ));

    let span = bench.rest(SPAN);
    let step = bench
        .progress
        .during(format_args!("watch for {} s", span.as_secs()));
    let (requests, calls) = (field.power_dns.requests()?.len(), calls(field).await?);
    let from = Timestamp::now();
    // The time itself is measured.
    tokio::time::sleep(span).await;
    let written = audit.between(from, Timestamp::now())?;
    let calls = growth(&calls, &self::calls(field).await?);
    let requests = field.power_dns.requests()?.len() - requests;
    drop(step);
    told(section, span, &written, calls.values().sum(), requests)
}

/// Creates the records and waits until each reports the failure.
async fn reported(field: &Field) -> Result<()> {
    namespace(&field.client, PLACE).await?;
    let api: Api<DNSRecord> = Api::namespaced(field.client.clone(), PLACE);
    let mut census = Census::of_failing_records(api.clone());
    let objects = (0..COUNT)
        .map(|number| record(&format!("record-{number}")))
        .collect::<Result<Vec<_>>>()?;
    create(&api, objects).await?;
    let all = usize::try_from(COUNT)?;
    census
        .wait(
            &format!("{COUNT} records to report the failure"),
            WITHIN,
            |seen| seen.wanted == all,
        )
        .await
}

fn told(
    section: &mut Section,
    span: Duration,
    written: &[Request],
    calls: f64,
    requests: usize,
) -> Result<()> {
    let writes = written.iter().filter(|request| request.is_write());
    let minutes = span.as_secs_f64() / 60.0;
    let spans = span.as_secs_f64() / SPAN.as_secs_f64();
    section.add(Figure::at_most(
        "  status writes per record in five minutes",
        1.0,
        "",
        status_writes(written) / f64::from(COUNT) / spans,
    ));
    section.add(Figure::at_most(
        "  calls of the plugin per minute",
        6.0,
        "",
        calls / minutes,
    ));
    section.add(Figure::told(
        "  requests to the server per minute",
        short(f64::from(u32::try_from(requests)?) / minutes),
    ));
    section.note(format!(
        "Watched for {} s; writes in all: {}.",
        span.as_secs(),
        Some(summary(writes, 1.0))
            .filter(|text| !text.is_empty())
            .unwrap_or_else(|| "none".to_owned())
    ));
    Ok(())
}

/// Writes of the status of a record.
fn status_writes(requests: &[Request]) -> f64 {
    count(
        requests
            .iter()
            .filter(|request| request.is_write() && request.resource == "dnsrecords/status"),
    )
}

async fn calls(field: &Field) -> Result<super::counters::ByLabel> {
    let mut calls = field.operator.counters().await?.by(CALLS, "provider")?;
    calls.retain(|provider, _| provider == PROVIDER);
    Ok(calls)
}

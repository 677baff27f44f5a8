//! 200 workspaces of mixed shapes at once, Ready and then deleted; 200 of one component at once without and with route and
//! record, 200 records at once, and rest with all of them.

use std::time::{Duration, Instant};

use anyhow::Result;
use jiff::Timestamp;
use kube::Api;
use maquette_api::DNSRecord;

use super::Bench;
use super::audit::{Log, Request, count, summary};
use super::census::Census;
use super::field::{Field, NOTE};
use super::figure::{Figure, Section, short};
use super::wave::{CALM, Group, MIXED, Wave, deleted, mixed, ready};
use super::workspaces::{Reach, Shape, create, namespace, record};

const COUNT: u32 = 200;
const WITHIN: Duration = Duration::from_mins(5);
/// The span of time in which the operator is watched at rest.
const REST: Duration = Duration::from_mins(2);

pub(super) async fn measure(bench: &Bench<'_>) -> Result<Section> {
    let field = Field::start(bench, 2).await?;
    let mut section = Section::default();
    let mut audit = field.audit();
    audit.quiet(CALM, WITHIN).await?;

    mix(bench, &field, &mut audit, &mut section).await?;

    let step = bench.progress.during(format_args!("{COUNT} workspaces"));
    let group = Group::new("plain", Shape::One(Reach::Nowhere), 0..COUNT);
    let plain = ready(&field, &mut audit, &[group]).await?;
    drop(step);
    told(&mut section, "one component", &plain, 8.0);

    let before = field.power_dns.requests()?.len();
    let step = bench
        .progress
        .during(format_args!("{COUNT} workspaces with route and record"));
    let group = Group::new("reached", Shape::One(Reach::ByName), 0..COUNT);
    let reached = ready(&field, &mut audit, &[group]).await?;
    drop(step);
    told(&mut section, "one component, route, record", &reached, 11.0);
    let asked = field.power_dns.requests()?.len() - before;
    section.add(Figure::told(
        format!("provider requests for the records of these {COUNT}"),
        asked.to_string(),
    ));

    let step = bench.progress.during(format_args!("{COUNT} records"));
    records(&field, &mut audit, &mut section).await?;
    drop(step);
    rest(bench, &field, &mut audit, &mut section).await?;
    section.note(MIXED);
    section.note(NOTE);
    Ok(section)
}

/// 200 workspaces of mixed shapes, Ready and then deleted.
async fn mix(
    bench: &Bench<'_>,
    field: &Field,
    audit: &mut Log,
    section: &mut Section,
) -> Result<()> {
    let groups = mixed("mixed", &(0..COUNT));
    let step = bench
        .progress
        .during(format_args!("{COUNT} workspaces of mixed shapes"));
    let up = ready(field, audit, &groups).await?;
    drop(step);
    section.add(Figure::at_most(
        format!("{COUNT} workspaces (mixed) Ready in"),
        10.0,
        " s",
        up.took.as_secs_f64(),
    ));
    for (group, shape, goal) in [(0, "one component", 11.0), (1, "three components", 20.0)]
        .into_iter()
        .filter_map(|(number, shape, goal)| Some((groups.get(number)?, shape, goal)))
    {
        let writes = up
            .requests
            .iter()
            .filter(|request| request.is_write() && request.namespace == group.namespace);
        section.add(Figure::at_most(
            format!("  writes each, {shape}, until the operator is at rest"),
            goal,
            "",
            count(writes) / group.count(),
        ));
    }
    reconciles(section, "Ready", &up);
    let step = bench.progress.during(format_args!("delete these {COUNT}"));
    let down = deleted(field, audit, &groups).await?;
    drop(step);
    section.add(Figure::at_most(
        format!("{COUNT} workspaces (mixed) deleted in"),
        10.0,
        " s",
        down.took.as_secs_f64(),
    ));
    let writes = || down.requests.iter().filter(|request| request.is_write());
    let each = f64::from(COUNT);
    section.add(Figure::told("  writes each", short(count(writes()) / each)));
    reconciles(section, "deleted", &down);
    section.note(format!(
        "Writes each (mixed, deleted): {}.",
        summary(writes(), each)
    ));
    Ok(())
}

fn reconciles(section: &mut Section, what: &str, wave: &Wave) {
    let each = f64::from(COUNT);
    let kinds = wave.reconciles.iter();
    let kinds = kinds.map(|(kind, count)| format!("{kind} {}", short(count / each)));
    section.add(
        Figure::told(
            format!("  reconciles each, until all are {what} and the operator is at rest"),
            short(wave.reconciles.values().sum::<f64>() / each),
        )
        .with(kinds.collect::<Vec<_>>().join(", ")),
    );
}

/// Time, writes and reads of a wave. All of its writes are counted, also those after the last was Ready.
fn told(section: &mut Section, what: &str, wave: &Wave, goal: f64) {
    let each = f64::from(COUNT);
    let writes: Vec<_> = wave
        .requests
        .iter()
        .filter(|request| request.is_write())
        .collect();
    let reads: Vec<_> = wave
        .requests
        .iter()
        .filter(|request| request.is_read())
        .collect();
    section.add(Figure::at_most(
        format!("{COUNT} workspaces ({what}) Ready in"),
        10.0,
        " s",
        wave.took.as_secs_f64(),
    ));
    section.add(Figure::at_most(
        "  writes each, until the operator is at rest",
        goal,
        "",
        count(writes.iter().copied()) / each,
    ));
    section.add(Figure::at_most(
        "  reads beside the watches, all together",
        0.0,
        "",
        count(reads.iter().copied()),
    ));
    section.note(format!("Writes each ({what}): {}.", summary(writes, each)));
    if !reads.is_empty() {
        section.note(format!("Reads ({what}): {}.", summary(reads, 1.0)));
    }
}

async fn records(field: &Field, audit: &mut Log, section: &mut Section) -> Result<()> {
    namespace(&field.client, "records").await?;
    let api: Api<DNSRecord> = Api::namespaced(field.client.clone(), "records");
    let mut census = Census::of_records(api.clone());
    let objects = (0..COUNT)
        .map(|number| record(&format!("record-{number}")))
        .collect::<Result<Vec<_>>>()?;
    let before = field.power_dns.requests()?.len();
    let (start, began) = (Timestamp::now(), Instant::now());
    create(&api, objects).await?;
    let all = usize::try_from(COUNT)?;
    census
        .wait(&format!("{COUNT} records to be Ready"), WITHIN, |seen| {
            seen.wanted == all
        })
        .await?;
    let took = began.elapsed();
    audit.quiet(CALM, WITHIN).await?;
    let asked = field.power_dns.requests()?.split_off(before);
    let requests = audit.between(start, Timestamp::now())?;
    let writes: Vec<_> = requests
        .iter()
        .filter(|request| request.is_write())
        .collect();
    let number = f64::from(u32::try_from(asked.len())?);
    section.add(Figure::at_most(
        format!("provider requests for {COUNT} records in one zone"),
        4.0,
        "",
        number,
    ));
    section.add(Figure::told(
        "  all Ready in",
        format!("{:.2} s", took.as_secs_f64()),
    ));
    section.add(Figure::told(
        "  writes each",
        short(count(writes.iter().copied()) / f64::from(COUNT)),
    ));
    let mut kinds = std::collections::BTreeMap::<String, u32>::new();
    for request in asked {
        *kinds.entry(request).or_default() += 1;
    }
    let kinds: Vec<_> = kinds
        .into_iter()
        .map(|(request, times)| format!("{times} × `{request}`"))
        .collect();
    section.note(format!(
        "Provider requests for the {COUNT} records: {}.",
        kinds.join(", ")
    ));
    Ok(())
}

/// Nothing changes in the cluster, so the operator has nothing to write.
async fn rest(
    bench: &Bench<'_>,
    field: &Field,
    audit: &mut Log,
    section: &mut Section,
) -> Result<()> {
    let span = bench.rest(REST);
    let step = bench
        .progress
        .during(format_args!("rest for {} s", span.as_secs()));
    let asked = field.power_dns.requests()?.len();
    let start = Timestamp::now();
    // The time itself is what is measured.
    tokio::time::sleep(span).await;
    let requests = audit.between(start, Timestamp::now())?;
    drop(step);
    let seconds = span.as_secs();
    let of = |wanted: fn(&Request) -> bool| requests.iter().filter(move |request| wanted(request));
    let name = format!(
        "writes at rest in {seconds} s, {} workspaces and {} records",
        2 * COUNT,
        2 * COUNT
    );
    section.add(Figure::at_most(name, 0.0, "", count(of(Request::is_write))));
    section.add(Figure::told(
        "  renewals of the Lease meanwhile",
        count(of(Request::is_lease_write)).to_string(),
    ));
    section.add(Figure::told(
        "  reads beside the watches meanwhile",
        count(of(Request::is_read)).to_string(),
    ));
    section.add(Figure::told(
        "  provider requests meanwhile",
        (field.power_dns.requests()?.len() - asked).to_string(),
    ));
    if count(of(Request::is_write)) > 0.0 {
        section.note(format!(
            "Writes at rest: {}.",
            summary(of(Request::is_write), 1.0)
        ));
    }
    Ok(())
}

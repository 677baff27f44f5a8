//! Runs the rules of every interface that a plugin exports, one after the other.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::report::{Report, Row, Verdict};
use crate::setup::SetupError;
use crate::subject::Subject;
use crate::suite::{Failure, Kit, Place, Rule};

/// The longest that one rule may take: it waits for the provider many times.
const PATIENCE: Duration = Duration::from_mins(3);

/// The names of all rules, each with its interface, in the order in which they run.
pub fn rules() -> Vec<(&'static str, &'static str)> {
    let dns = crate::dns::RULES.iter().map(|rule| ("dns", rule.name));
    let registry = crate::registry::RULES.iter();
    let tunnel = crate::tunnel::RULES.iter();
    let builder = crate::builder::RULES.iter();
    let delivery = crate::delivery::RULES.iter();
    let source = crate::source::RULES.iter();
    let bundler = crate::bundler::RULES.iter();
    dns.chain(registry.map(|rule| ("registry", rule.name)))
        .chain(tunnel.map(|rule| ("tunnel", rule.name)))
        .chain(builder.map(|rule| ("builder", rule.name)))
        .chain(delivery.map(|rule| ("delivery", rule.name)))
        .chain(source.map(|rule| ("source", rule.name)))
        .chain(bundler.map(|rule| ("bundler", rule.name)))
        .collect()
}

impl Kit {
    /// Runs the rules of every interface that the plugin exports and `wanted` accepts, and calls `on_row` with each result.
    ///
    /// # Errors
    /// The suite cannot start; what a plugin does wrong is in the report.
    pub async fn run(
        &self,
        subject: &Subject,
        wanted: impl Fn(&str) -> bool,
        mut on_row: impl FnMut(&Row),
    ) -> Result<Report, SetupError> {
        let known: BTreeSet<&str> = rules().into_iter().map(|(_, rule)| rule).collect();
        if let Some(unknown) = subject
            .unsupported
            .keys()
            .find(|rule| !known.contains(rule.as_str()))
        {
            return Err(SetupError::UnknownRule(unknown.clone()));
        }
        let place = Arc::new(Place::new(self, subject).await?);
        let mut report = Report {
            plugin: format!("{} {}", self.manifest.name, self.manifest.version),
            rows: Vec::new(),
        };
        let mut add = |row: Row| {
            on_row(&row);
            report.rows.push(row);
        };
        if self.exports("dns") {
            let run = crate::dns::Run::new(&place, subject)?;
            for (number, rule) in crate::dns::RULES.iter().enumerate() {
                if wanted(rule.name) {
                    let bench = run.bench(number);
                    add(judge("dns", rule, &bench, subject).await);
                    bench.clean().await;
                }
            }
        }
        if self.exports("registry") {
            let run = crate::registry::Run::new(&place, subject)?;
            for (number, rule) in crate::registry::RULES.iter().enumerate() {
                if wanted(rule.name) {
                    add(judge("registry", rule, &run.bench(number), subject).await);
                }
            }
        }
        if self.exports("tunnel") {
            // A place of its own: the waits that a provider asked for under another interface's rules do not count here.
            let place = Arc::new(Place::new(self, subject).await?);
            let run = crate::tunnel::Run::new(&place, subject)?;
            for (number, rule) in crate::tunnel::RULES.iter().enumerate() {
                if wanted(rule.name) {
                    let bench = run.bench(number);
                    add(judge("tunnel", rule, &bench, subject).await);
                    bench.clean().await;
                }
            }
        }
        if self.exports("builder") {
            let run = crate::builder::Run::new(&place, subject)?;
            for (number, rule) in crate::builder::RULES.iter().enumerate() {
                if wanted(rule.name) {
                    add(judge("builder", rule, &run.bench(number), subject).await);
                }
            }
        }
        if self.exports("delivery") {
            let run = crate::delivery::Run::new(&place, subject)?;
            for (number, rule) in crate::delivery::RULES.iter().enumerate() {
                if wanted(rule.name) {
                    add(judge("delivery", rule, &run.bench(number), subject).await);
                }
            }
        }
        if self.exports("bundler") {
            let run = crate::bundler::Run::new(&place, subject)?;
            for (number, rule) in crate::bundler::RULES.iter().enumerate() {
                if wanted(rule.name) {
                    add(judge("bundler", rule, &run.bench(number), subject).await);
                }
            }
        }
        if self.exports("source") {
            // As above; the last rule but one needs a provider without a pending wait.
            let place = Arc::new(Place::new(self, subject).await?);
            let late = Place::new(self, subject).await?;
            let run = crate::source::Run::new(&place, late, subject)?;
            for (number, rule) in crate::source::RULES.iter().enumerate() {
                if wanted(rule.name) {
                    let bench = run.bench(number);
                    add(judge("source", rule, &bench, subject).await);
                    bench.clean().await;
                }
            }
        }
        Ok(report)
    }
}

async fn judge<B: Sync>(
    interface: &'static str,
    rule: &Rule<B>,
    bench: &B,
    subject: &Subject,
) -> Row {
    let started = Instant::now();
    let verdict = match subject.unsupported.get(rule.name) {
        Some(why) => Verdict::Unsupported(why.clone()),
        None => match tokio::time::timeout(PATIENCE, (rule.check)(bench)).await {
            Ok(Ok(())) => Verdict::Kept,
            Ok(Err(Failure::Broken(why))) => Verdict::Broken(why),
            Ok(Err(Failure::NotShown(why))) => Verdict::NotShown(why),
            Ok(Err(Failure::Lacking(why))) => Verdict::Unsupported(why),
            Err(_) => Verdict::Broken(format!("it took more than {} s", PATIENCE.as_secs())),
        },
    };
    Row {
        interface,
        rule: rule.name,
        verdict,
        took_ms: u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX),
    }
}

/// Runs the whole suite from an ordinary test: loads the plugin and runs every rule of its interfaces.
///
/// # Errors
/// The suite cannot start; what a plugin does wrong is in the report.
#[expect(
    clippy::needless_pass_by_value,
    reason = "a test that made a subject is done with it"
)]
pub fn test(subject: Subject) -> Result<Report, SetupError> {
    let machine = |source| SetupError::Machine {
        what: "no asynchronous runtime can be made",
        source,
    };
    let runtime = tokio::runtime::Runtime::new().map_err(machine)?;
    runtime.block_on(async {
        let kit = Kit::load(&subject).await?;
        kit.run(&subject, |_| true, |_| {}).await
    })
}

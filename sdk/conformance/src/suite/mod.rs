//! Runs the rules of every interface that a plugin exports, one after the other.

mod place;

use std::collections::BTreeSet;
use std::pin::Pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

use maquette_host::{CallError, Digest, Host, Manifest, NotExported, PluginError, Settings};

pub(crate) use place::Place;

use crate::component::described;
use crate::offer::Offer;
use crate::report::{Report, Row, Verdict};
use crate::subject::{SetupError, Subject};

/// The longest that one rule may take: it waits for the provider many times.
const PATIENCE: Duration = Duration::from_mins(3);

/// The longest that compiling may take. A test may be built without optimisation and share its machine with others: the
/// operator waits for a shorter time.
const COMPILING: Duration = Duration::from_mins(10);

/// Why a rule is not kept.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The plugin breaks it.
    Broken(String),
    /// The kit lacks what it takes to show it.
    NotShown(String),
    /// The plugin's manifest says that it lacks the function.
    Lacking(String),
}

/// What the host answers for a function that the manifest lacks.
const LACKS: &str = "the plugin has no `";

pub(crate) type Outcome = Result<(), Failure>;

impl From<CallError> for Failure {
    fn from(error: CallError) -> Self {
        if let CallError::Plugin(PluginError::Unsupported(text)) = &error
            && text.starts_with(LACKS)
        {
            return Self::Lacking(text.clone());
        }
        Self::Broken(format!("a call failed that should have succeeded: {error}"))
    }
}

impl From<NotExported> for Failure {
    fn from(error: NotExported) -> Self {
        Self::Broken(error.to_string())
    }
}

/// Ends a rule as broken unless the condition holds.
macro_rules! keep {
    ($condition:expr, $($text:tt)+) => {
        if !$condition {
            return Err($crate::suite::Failure::Broken(format!($($text)+)));
        }
    };
}
pub(crate) use keep;

/// A rule: its name and what shows that it is kept.
pub(crate) struct Rule<B> {
    pub(crate) name: &'static str,
    pub(crate) check: Check<B>,
}

type Check<B> = for<'a> fn(&'a B) -> Pin<Box<dyn Future<Output = Outcome> + Send + 'a>>;

/// Rules by the functions that show them.
macro_rules! rule_table {
    ($bench:ty: $($module:ident :: $rule:ident),+ $(,)?) => {
        [$($crate::suite::Rule::<$bench> {
            name: stringify!($rule),
            check: |bench| Box::pin($module::$rule(bench)),
        }),+]
    };
}
pub(crate) use rule_table;

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

/// A host with a plugin in it.
pub struct Kit {
    host: Host,
    digest: Digest,
    manifest: Manifest,
    interfaces: Vec<String>,
    extra_ca_pem: Vec<u8>,
    _cache: tempfile::TempDir,
}

impl Kit {
    /// Loads the subject's component into a host of its own, as the operator does.
    ///
    /// # Errors
    /// It is no plugin, or this machine cannot run it.
    pub async fn load(subject: &Subject) -> Result<Self, SetupError> {
        let machine = |what| move |source| SetupError::Machine { what, source };
        let (wasm, _, manifest) = described(&subject.component).await?;
        let cache = tempfile::tempdir().map_err(machine("no temporary folder can be made"))?;
        let mut settings = Settings::new(subject.cache.as_deref().unwrap_or(cache.path()));
        settings.compile.timeout = COMPILING;
        settings.extra_ca_pem.clone_from(&subject.extra_ca_pem);
        let host = Host::new(settings)?;
        let offer = Offer::start(wasm)
            .await
            .map_err(machine("no port on 127.0.0.1 is free"))?;
        let installed = host.install(&offer.wanted()).await?;
        Ok(Self {
            host,
            digest: installed.digest,
            manifest,
            interfaces: installed.interfaces,
            extra_ca_pem: subject.extra_ca_pem.clone(),
            _cache: cache,
        })
    }

    /// Runs the rules of every interface that the plugin exports and `wanted` accepts. `told` hears of each when it ends.
    ///
    /// # Errors
    /// The suite cannot start; what a plugin does wrong is in the report.
    pub async fn run(
        &self,
        subject: &Subject,
        wanted: impl Fn(&str) -> bool,
        mut told: impl FnMut(&Row),
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
            told(&row);
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
            // What the rules of another interface made the provider ask for is not waited for here.
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
            // As above; the last rule but one needs a provider that nobody has to wait for.
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

    fn exports(&self, interface: &str) -> bool {
        let start = format!("maquette:{interface}/{interface}@");
        self.interfaces.iter().any(|name| name.starts_with(&start))
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

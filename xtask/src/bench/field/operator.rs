//! The operator as a process of this machine.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use maquette_harness::http::get;
use maquette_harness::process::{Process, Program, Run};

use super::super::counters::{ByLabel, Counters};
use super::servers::free_port;

const NAME: &str = "maquette-operator";
/// How long it may take to fill its caches.
const WITHIN: Duration = Duration::from_mins(2);
const GRACE: Duration = Duration::from_secs(30);
/// The counter of reconciles, by `controller` (the kind) and `result`.
pub(in super::super) const RECONCILES: &str = "controller_runtime_reconcile_total";
/// Linux reports CPU time in ticks of 1/100 s on every architecture that it shares with Rust's tier 1.
const TICK_MS: u64 = 10;

pub(in super::super) struct Operator {
    run: Run,
    process: Process,
    health: String,
    metrics: String,
}

impl Operator {
    /// Starts it as the chart does and waits until its caches are complete.
    pub(super) async fn start(
        run: Run,
        binary: &Path,
        kubeconfig: &Path,
        registry: &str,
    ) -> Result<Self> {
        let health = format!("127.0.0.1:{}", free_port()?);
        let metrics = format!("127.0.0.1:{}", free_port()?);
        let cache = run.folder().join("operator-cache");
        fs::create_dir_all(&cache)?;
        let program = Program {
            name: NAME.to_owned(),
            path: binary.to_owned(),
            arguments: vec![
                format!("--namespace={}", super::NAMESPACE),
                format!("--cache-dir={}", cache.display()),
                format!("--metrics-addr={metrics}"),
                format!("--health-addr={health}"),
                "--log-format=json".to_owned(),
                "--leader-elect".to_owned(),
                format!("--plain-http-registry={registry}"),
                "--identity=bench".to_owned(),
            ],
            environment: vec![("KUBECONFIG".to_owned(), kubeconfig.display().to_string())],
        };
        let process = run.start(program)?;
        let operator = Self {
            run,
            process,
            health,
            metrics,
        };
        operator.caches_complete().await?;
        Ok(operator)
    }

    /// Ends it as a kubelet does.
    pub(in super::super) fn stop(&self) -> Result<()> {
        Ok(self.process.stop(GRACE)?)
    }

    /// Starts it again, waits until its caches are complete, and says when it was started and how long that took.
    pub(in super::super) async fn start_again(&mut self) -> Result<(Instant, Duration)> {
        let began = Instant::now();
        self.process = self.run.start_again(&self.process)?;
        self.caches_complete().await?;
        Ok((began, began.elapsed()))
    }

    /// Asks often, because the time until then is measured.
    async fn caches_complete(&self) -> Result<()> {
        let deadline = Instant::now() + WITHIN;
        loop {
            self.process.check()?;
            let answer = get(&self.health, &self.health, "/readyz").await;
            if answer.is_ok_and(|answer| answer.status.is_success()) {
                return Ok(());
            }
            if Instant::now() > deadline {
                bail!(
                    "the operator's caches are not complete; its log ends with\n{}",
                    self.last_lines()
                );
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    pub(super) fn last_lines(&self) -> String {
        self.process.last_lines(15)
    }

    /// Its counters now.
    pub(in super::super) async fn counters(&self) -> Result<Counters> {
        let answer = get(&self.metrics, &self.metrics, "/metrics").await?;
        ensure!(
            answer.status.is_success(),
            "/metrics answered {}",
            answer.status
        );
        Ok(Counters::parse(&answer.text()))
    }

    /// Reconciles since its start, by kind.
    pub(in super::super) async fn reconciles(&self) -> Result<ByLabel> {
        self.counters().await?.by(RECONCILES, "controller")
    }

    /// CPU time since its start.
    pub(in super::super) fn cpu(&self) -> Result<Duration> {
        let path = format!("/proc/{}/stat", self.process.pid);
        let line = fs::read_to_string(&path).with_context(|| format!("reading {path}"))?;
        let ticks = ticks(&line).with_context(|| format!("{path}: {line}"))?;
        Ok(Duration::from_millis(ticks * TICK_MS))
    }

    /// Its proportional set size in bytes.
    pub(in super::super) fn memory(&self) -> Result<u64> {
        proportional(self.process.pid)
    }
}

/// The sum of `utime` and `stime`, fields 14 and 15 of `proc_pid_stat(5)`. The second field is the command in parentheses
/// and may itself contain blanks.
fn ticks(line: &str) -> Option<u64> {
    let (_, rest) = line.rsplit_once(") ")?;
    let mut fields = rest.split(' ').skip(11);
    let (user, system): (u64, u64) = (fields.next()?.parse().ok()?, fields.next()?.parse().ok()?);
    Some(user + system)
}

/// Proportional set size of a process in bytes (`proc_pid_smaps_rollup(5)`).
pub(in super::super) fn proportional(pid: u32) -> Result<u64> {
    let path = format!("/proc/{pid}/smaps_rollup");
    let text = fs::read_to_string(&path).with_context(|| format!("reading {path}"))?;
    let line = text.lines().find_map(|line| line.strip_prefix("Pss:"));
    let kibibytes: u64 = line
        .and_then(|rest| rest.trim().trim_end_matches("kB").trim().parse().ok())
        .context("no Pss in it")?;
    Ok(kibibytes * 1024)
}

#[cfg(test)]
mod tests {
    use super::ticks;

    #[test]
    fn cpu_time_is_that_of_the_user_and_of_the_system() {
        let line = "42 (a) b (c) S 1 42 42 0 -1 4194560 1 2 3 4 50 6 7 8 20 0 1 0 98765 1000 200";
        assert_eq!(ticks(line), Some(56));
        assert_eq!(ticks("42 (a) S 1"), None);
    }
}

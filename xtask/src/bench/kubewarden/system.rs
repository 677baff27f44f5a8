//! What is compared: a program that is told a reference in a registry, and then answers calls over HTTP.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use jiff::Timestamp;
use maquette_harness::process::{Process, Program, Run};
use serde_json::{Value, json};

use super::client::Client;
use crate::bench::field::free_port;

/// Until the first answer of a start.
const WITHIN: Duration = Duration::from_mins(1);
/// Between two attempts at the first call.
const PAUSE: Duration = Duration::from_micros(500);
/// The tag of everything that is pulled here. Not `latest`: that one policy-server pulls again at each start.
pub(super) const TAG: &str = "0.1.0";
/// The name of the only policy.
const POLICY: &str = "bench";

/// The name in every call.
const NAME: &str = "web.preview.example.com";

/// A system with one plugin or policy.
pub(super) struct System {
    /// What it is called in the figures.
    pub(super) name: String,
    /// Size of what is pulled, in bytes.
    pub(super) size: usize,
    pub(super) program: PathBuf,
    /// host:port/repository.
    pub(super) repository: String,
    pub(super) kind: Kind,
}

pub(super) enum Kind {
    /// The plugin host behind HTTP, with the public key that the plugin has to be signed with.
    Maquette {
        key: Option<PathBuf>,
    },
    PolicyServer,
}

/// A process that answers calls.
pub(super) struct Started {
    pub(super) calls: Client,
    /// Where nothing is asked of a plugin or policy.
    pub(super) nothing: Client,
    /// From the line with which it begins to fetch to the first answer, where it wrote that line.
    pub(super) first: Option<Duration>,
    process: Process,
}

impl System {
    /// Starts it with what it keeps in `folder`, and calls it until it answers.
    pub(super) fn start(&self, run: &Run, name: &str, folder: &Path, log: &str) -> Result<Started> {
        fs::create_dir_all(folder).with_context(|| format!("making {}", folder.display()))?;
        let (calls, nothing) = self.addresses()?;
        let process = run.start(Program {
            name: name.to_owned(),
            path: self.program.clone(),
            arguments: self.arguments(folder, &calls, &nothing, log)?,
            environment: environment(folder),
        })?;
        let client = self.first_call(&process, &calls)?;
        let answered = Timestamp::now();
        let text = fs::read_to_string(&process.log).context("reading its log")?;
        let first = self
            .began(&text)
            .map(|began| answered.duration_since(began));
        Ok(Started {
            calls: client,
            nothing: Client::connect(&nothing)?,
            first: first.map(Duration::try_from).transpose()?,
            process,
        })
    }

    /// One call; the answer has to be that of the plugin or policy.
    pub(super) fn call(&self, client: &mut Client) -> Result<()> {
        let (path, body) = self.request();
        let answer = client.ask("POST", &path, &body)?;
        let text = || String::from_utf8_lossy(&answer).into_owned();
        let value: Value = serde_json::from_slice(&answer).with_context(text)?;
        let good = match self.kind {
            Kind::Maquette { .. } => value.pointer("/0/name") == Some(&json!(NAME)),
            Kind::PolicyServer => value.pointer("/response/allowed") == Some(&json!(true)),
        };
        ensure!(good, "{} answered {}", self.name, text());
        Ok(())
    }

    /// The same round trip without a plugin or policy.
    pub(super) fn nothing(&self, client: &mut Client) -> Result<()> {
        let path = match self.kind {
            Kind::Maquette { .. } => "/",
            Kind::PolicyServer => "/readiness",
        };
        client.ask("GET", path, "").map(drop)
    }

    /// Path and body of a call: the same record set for both.
    fn request(&self) -> (String, String) {
        match self.kind {
            Kind::Maquette { .. } => ("/normalize".to_owned(), json!([record()]).to_string()),
            Kind::PolicyServer => {
                let request = json!({"uid": "bench", "records": [record()]});
                let body = json!({"request": request}).to_string();
                (format!("/validate_raw/{POLICY}"), body)
            }
        }
    }

    /// Where it answers calls, and where it answers what asks nothing of a plugin or policy.
    fn addresses(&self) -> Result<(String, String)> {
        let calls = format!("127.0.0.1:{}", free_port()?);
        let nothing = match self.kind {
            Kind::Maquette { .. } => calls.clone(),
            Kind::PolicyServer => format!("127.0.0.1:{}", free_port()?),
        };
        Ok((calls, nothing))
    }

    fn arguments(
        &self,
        folder: &Path,
        calls: &str,
        nothing: &str,
        log: &str,
    ) -> Result<Vec<String>> {
        let path = |name: &str| folder.join(name).display().to_string();
        let port = |address: &str| address.rsplit(':').next().unwrap_or_default().to_owned();
        let arguments = match &self.kind {
            Kind::Maquette { key } => {
                let mut arguments = vec![calls.to_owned(), self.repository.clone(), TAG.to_owned()];
                arguments.push(path("cache"));
                arguments.extend(key.iter().map(|key| key.display().to_string()));
                return Ok(arguments);
            }
            Kind::PolicyServer => [
                ("--addr", "127.0.0.1".to_owned()),
                ("--port", port(calls)),
                ("--readiness-probe-port", port(nothing)),
                ("--policies", path("policies.yml")),
                ("--sources-path", path("sources.yml")),
                ("--policies-download-dir", path("policies")),
                ("--sigstore-cache-dir", path("sigstore")),
                ("--log-level", log.to_owned()),
            ],
        };
        let host = self.repository.split('/').next().unwrap_or_default();
        let module = format!("registry://{}:{TAG}", self.repository);
        // JSON is YAML.
        let policies = json!({POLICY: {"module": module}});
        let sources = json!({"insecure_sources": [host]});
        fs::create_dir_all(folder.join("policies"))?;
        fs::write(folder.join("policies.yml"), policies.to_string())?;
        fs::write(folder.join("sources.yml"), sources.to_string())?;
        let mut arguments: Vec<String> = arguments
            .into_iter()
            .flat_map(|(name, value)| [name.to_owned(), value])
            .collect();
        arguments.push("--ignore-kubernetes-connection-failure".to_owned());
        Ok(arguments)
    }

    /// Calls as soon as somebody listens.
    fn first_call(&self, process: &Process, address: &str) -> Result<Client> {
        let deadline = Instant::now() + WITHIN;
        loop {
            process.check()?;
            if let Ok(mut client) = Client::connect(address) {
                self.call(&mut client)?;
                return Ok(client);
            }
            ensure!(
                Instant::now() < deadline,
                "{} did not answer: {}",
                self.name,
                process.last_lines(15)
            );
            std::thread::sleep(PAUSE);
        }
    }

    /// When it began to fetch, by its own log.
    fn began(&self, log: &str) -> Option<Timestamp> {
        let marks: &[&str] = match self.kind {
            Kind::Maquette { .. } => &["installing"],
            Kind::PolicyServer => &["policies download", "status=\"init\""],
        };
        let line = log
            .lines()
            .find(|line| marks.iter().all(|mark| line.contains(mark)))?;
        line.split_whitespace().next()?.parse().ok()
    }
}

impl Started {
    /// Proportional set size in bytes (`proc_pid_smaps_rollup(5)`).
    pub(super) fn memory(&self) -> Result<u64> {
        crate::bench::field::proportional(self.process.pid)
    }

    pub(super) fn stop(self) -> Result<()> {
        Ok(self.process.kill()?)
    }
}

/// Nothing leaves this machine: what is not on it is asked of a proxy that does not exist. No cluster is known.
fn environment(folder: &Path) -> Vec<(String, String)> {
    [
        ("HOME", folder.display().to_string()),
        ("HTTPS_PROXY", "http://127.0.0.1:9".to_owned()),
        ("NO_PROXY", "127.0.0.1".to_owned()),
    ]
    .map(|(name, value)| (name.to_owned(), value))
    .into()
}

fn record() -> Value {
    json!({"name": NAME, "kind": "A", "ttl": 60, "values": ["192.0.2.1"]})
}

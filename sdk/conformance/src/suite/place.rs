//! The plugin, bound to the provider in every way that rules need: directly, through the front, to a server that is
//! down, and with a credential that is wrong.

use std::collections::BTreeMap;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::{Duration, Instant};

use ipnet::IpNet;
use maquette_host::manifest::{Host as Named, Placement};
use maquette_host::{Call, Grants, Limits, Origin, Provider, Secret};
use serde_json::Value;
use tokio::net::TcpSocket;
use url::Url;

use super::kit::Kit;
use super::rule::Failure;
use crate::faults::{Answer, Front, Script, Upstream};
use crate::setup::SetupError;
use crate::subject::Subject;

/// Time for one call.
const CALL: Duration = Duration::from_secs(30);

/// One provider, reached in every way that rules need.
pub(crate) struct Place {
    pub(crate) direct: Provider,
    fronted: Option<Provider>,
    down: Option<Provider>,
    wrong: Option<Provider>,
    /// With the other configuration that the subject names.
    pub(crate) other: Option<Provider>,
    /// Whether it may call any server at all.
    reaches: bool,
    /// What the front does.
    pub(crate) script: Script,
    /// What the provider answers when requests are too many.
    pub(crate) too_many: Answer,
    /// Requests that only look like writes.
    pub(crate) reads: Vec<String>,
    /// Different for every run, so that runs against one provider do not meet. Eight hexadecimal digits.
    pub(crate) run: String,
    _fronts: Vec<Front>,
    _closed: TcpSocket,
}

impl Place {
    pub(crate) async fn new(kit: &Kit, subject: &Subject) -> Result<Self, SetupError> {
        let machine = |source| SetupError::Machine {
            what: "no server can be started on 127.0.0.1",
            source,
        };
        let run = run_id().map_err(machine)?;
        let bind = |name: &str, config: &Value, credentials: &BTreeMap<String, String>| {
            let grants = grants(kit, subject, config, credentials);
            // A name of its own: what a provider was asked to wait for holds for all that have its name.
            let name = format!("{name}-{run}");
            kit.host.provider(&name, &kit.digest, grants)
        };
        let right = &subject.credentials;
        let (script, closed) = (Script::new(), closed_port().map_err(machine)?);
        let mut fronts = Vec::new();
        let (mut fronted, mut down) = (subject.config.clone(), subject.config.clone());
        for (pointer, url) in urls(kit, subject, &subject.config) {
            let Ok(origin) = Origin::of(url.as_str()) else {
                continue;
            };
            let upstream = Upstream::new(origin, &kit.extra_ca_pem).map_err(machine)?;
            let front = Front::start(upstream, script.clone())
                .await
                .map_err(machine)?;
            let closed = format!("http://{}", closed.local_addr().map_err(machine)?);
            redirect(&mut fronted, &pointer, &url, &front.origin());
            redirect(&mut down, &pointer, &url, &closed);
            fronts.push(front);
        }
        let has_front = !fronts.is_empty();
        let through =
            |name: &str, config: &Value| has_front.then(|| bind(name, config, right)).transpose();
        Ok(Self {
            direct: bind("direct", &subject.config, right)?,
            fronted: through("fronted", &fronted)?,
            down: through("down", &down)?,
            wrong: if kit.manifest.credentials.is_empty() {
                None
            } else {
                Some(bind(
                    "wrong",
                    &subject.config,
                    &wrong_credentials(kit, subject),
                )?)
            },
            other: subject
                .builder
                .as_ref()
                .and_then(|builder| builder.other_config.as_ref())
                .map(|config| bind("other", config, right))
                .transpose()?,
            reaches: !kit.manifest.hosts.is_empty() || !subject.egress.is_empty(),
            script,
            too_many: subject.too_many.clone(),
            reads: subject.reads.clone(),
            run: run.clone(),
            _fronts: fronts,
            _closed: closed,
        })
    }

    /// The provider through the front.
    pub(crate) fn fronted(&self) -> Result<&Provider, Failure> {
        self.fronted.as_ref().ok_or_else(no_front)
    }

    /// The provider of which the front sees every request, or nothing where it can send none: it is granted no server.
    pub(crate) fn watched(&self) -> Result<Option<&Provider>, Failure> {
        if self.reaches {
            self.fronted().map(Some)
        } else {
            Ok(None)
        }
    }

    /// The provider as if its server were down.
    pub(crate) fn down(&self) -> Result<&Provider, Failure> {
        self.down.as_ref().ok_or_else(no_front)
    }

    /// The provider with credentials that it does not accept.
    pub(crate) fn wrong(&self) -> Result<&Provider, Failure> {
        self.wrong.as_ref().ok_or_else(|| {
            Failure::NotShown(
                "the plugin declares no credential; declare the rule unsupported if it needs none"
                    .to_owned(),
            )
        })
    }

    /// How many of the requests since the last script may have changed something.
    pub(crate) fn writes(&self) -> usize {
        let seen = self.script.seen();
        seen.iter()
            .filter(|seen| seen.is_write(&self.reads))
            .count()
    }

    /// A call with this intention.
    pub(crate) fn call(&self, intention: &str) -> Call {
        self.call_within(intention, CALL)
    }

    /// A call that has to end within this time.
    pub(crate) fn call_within(&self, intention: &str, time: Duration) -> Call {
        Call {
            installation: format!("kit-{}", self.run),
            object: "Provider//conformance".to_owned(),
            idempotency_key: format!("{}-{intention}", self.run),
            deadline: Instant::now() + time,
        }
    }
}

fn no_front() -> Failure {
    Failure::NotShown(
        "nothing can be put in front of the provider's server, because the manifest takes no http(s) URL from the \
         configuration; take it from there, or declare the rule unsupported"
            .to_owned(),
    )
}

fn grants(
    kit: &Kit,
    subject: &Subject,
    config: &Value,
    credentials: &BTreeMap<String, String>,
) -> Grants {
    let mut egress = subject.egress.clone();
    let fixed = kit.manifest.hosts.iter().filter_map(|host| match host {
        Named::Fixed(origin) => origin.parse().ok(),
        Named::FromConfig(_) => None,
    });
    egress.extend(fixed);
    egress.extend(
        urls(kit, subject, config)
            .into_iter()
            .filter_map(|(_, url)| Origin::of(url.as_str()).ok()),
    );
    let loopback = [
        IpNet::from(IpAddr::from(Ipv4Addr::LOCALHOST)),
        IpNet::from(IpAddr::from(Ipv6Addr::LOCALHOST)),
    ];
    let secrets = credentials
        .iter()
        .map(|(name, value)| (name.clone(), Secret::new(value.as_bytes())));
    Grants {
        config: config.clone(),
        credentials: secrets.collect(),
        egress,
        egress_cidrs: subject
            .egress_cidrs
            .iter()
            .copied()
            .chain(loopback)
            .collect(),
        limits: Limits {
            timeout: CALL,
            ..Limits::default()
        },
    }
}

/// The URLs in the configuration that the manifest or the subject names as servers, with their places.
fn urls(kit: &Kit, subject: &Subject, config: &Value) -> Vec<(String, Url)> {
    let pointers = kit.manifest.hosts.iter().filter_map(|host| match host {
        Named::FromConfig(pointer) => Some(pointer),
        Named::Fixed(_) => None,
    });
    let pointers = pointers.chain(&subject.servers);
    let url = |pointer: &String| {
        let url: Url = config.pointer(pointer)?.as_str()?.parse().ok()?;
        matches!(url.scheme(), "http" | "https").then(|| (pointer.clone(), url))
    };
    pointers.filter_map(url).collect()
}

/// Puts another origin into the URL at this place, and keeps its path.
fn redirect(config: &mut Value, pointer: &str, url: &Url, origin: &str) {
    if let Some(place) = config.pointer_mut(pointer) {
        let path = if url.path() == "/" { "" } else { url.path() };
        *place = Value::String(format!("{origin}{path}"));
    }
}

fn wrong_credentials(kit: &Kit, subject: &Subject) -> BTreeMap<String, String> {
    let declared = kit
        .manifest
        .credentials
        .iter()
        .filter(|declared| subject.credentials.contains_key(&declared.name));
    let wrong = |name: &str, placement: &Placement| {
        let made = match placement {
            Placement::Basic => "wrong:wrong",
            Placement::HmacKeyBase64 => "d3Jvbmc=",
            _ => "wrong",
        };
        subject
            .wrong_credentials
            .get(name)
            .cloned()
            .unwrap_or_else(|| made.to_owned())
    };
    declared
        .map(|declared| {
            (
                declared.name.clone(),
                wrong(&declared.name, &declared.placement),
            )
        })
        .collect()
}

/// A port that refuses connections for as long as this socket lives: it is taken, and nobody listens.
fn closed_port() -> io::Result<TcpSocket> {
    let socket = TcpSocket::new_v4()?;
    socket.bind(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)))?;
    Ok(socket)
}

fn run_id() -> io::Result<String> {
    let mut random = [0_u8; 4];
    getrandom::fill(&mut random).map_err(io::Error::other)?;
    Ok(hex::encode(random))
}

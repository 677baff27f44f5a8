//! A plugin and the provider to test it with. Nothing here does I/O, besides reading the component's file.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use ipnet::IpNet;
use maquette_host::Origin;
use maquette_host::dns::{RecordSet, RecordType};
use serde_json::Value;

use crate::builder::known::BuilderTarget;
use crate::delivery::known::EngineTarget;
use crate::dns::writer::OtherWriter;
use crate::faults::Answer;
use crate::registry::known::RegistryTarget;
use crate::setup::SetupError;
use crate::source::known::SourceTarget;
use crate::tunnel::known::TunnelTarget;

/// What the rules of `dns` work on.
#[derive(Clone)]
pub struct DnsTarget {
    /// A zone that the credential can change. The suite makes names below it and removes them again.
    pub zone: String,
    /// Types of record sets to try.
    pub kinds: Vec<RecordType>,
    /// How many record sets are more than one page of the provider's listing.
    pub many: usize,
    /// Writes to the zone past the plugin.
    pub other_writer: Option<Arc<dyn OtherWriter>>,
}

/// A plugin, and the provider to test it with.
#[derive(Clone)]
pub struct Subject {
    pub(crate) component: Vec<u8>,
    pub(crate) config: Value,
    pub(crate) credentials: BTreeMap<String, String>,
    pub(crate) wrong_credentials: BTreeMap<String, String>,
    pub(crate) egress: Vec<Origin>,
    pub(crate) egress_cidrs: Vec<IpNet>,
    pub(crate) extra_ca_pem: Vec<u8>,
    pub(crate) too_many: Answer,
    pub(crate) reads: Vec<String>,
    pub(crate) unsupported: BTreeMap<String, String>,
    pub(crate) servers: Vec<String>,
    pub(crate) cache: Option<PathBuf>,
    pub(crate) builder: Option<BuilderTarget>,
    pub(crate) dns: Option<DnsTarget>,
    pub(crate) engine: Option<EngineTarget>,
    pub(crate) registry: Option<RegistryTarget>,
    pub(crate) source: Option<SourceTarget>,
    pub(crate) tunnel: Option<TunnelTarget>,
}

impl Subject {
    /// A plugin by its component: what `maquette plugin build` made, or what the compiler made.
    pub fn new(component: impl Into<Vec<u8>>) -> Self {
        Self {
            component: component.into(),
            config: Value::Object(serde_json::Map::new()),
            credentials: BTreeMap::new(),
            wrong_credentials: BTreeMap::new(),
            egress: Vec::new(),
            egress_cidrs: Vec::new(),
            extra_ca_pem: Vec::new(),
            too_many: Answer::too_many_requests(),
            reads: Vec::new(),
            unsupported: BTreeMap::new(),
            servers: Vec::new(),
            cache: None,
            builder: None,
            dns: None,
            engine: None,
            registry: None,
            source: None,
            tunnel: None,
        }
    }

    /// A plugin by the file of its component.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn of_file(path: impl AsRef<Path>) -> Result<Self, SetupError> {
        let path = path.as_ref();
        let wasm = std::fs::read(path).map_err(|source| SetupError::File {
            path: path.display().to_string(),
            source,
        })?;
        Ok(Self::new(wasm))
    }

    /// The Provider's `spec.config`.
    #[must_use]
    pub fn with_config(mut self, config: Value) -> Self {
        self.config = config;
        self
    }

    /// A credential that the provider accepts.
    #[must_use]
    pub fn with_credential(mut self, name: &str, value: &str) -> Self {
        self.credentials.insert(name.to_owned(), value.to_owned());
        self
    }

    /// A credential that the provider does not accept, where a word of the kit's own would not even be understood (a
    /// private key, for example).
    #[must_use]
    pub fn with_wrong_credential(mut self, name: &str, value: &str) -> Self {
        self.wrong_credentials
            .insert(name.to_owned(), value.to_owned());
        self
    }

    /// One more server that the plugin may call, besides those that its manifest names.
    #[must_use]
    pub fn with_egress(mut self, origin: Origin) -> Self {
        self.egress.push(origin);
        self
    }

    /// A range of private addresses that servers may be at. Loopback always is granted here.
    #[must_use]
    pub fn with_egress_cidr(mut self, range: IpNet) -> Self {
        self.egress_cidrs.push(range);
        self
    }

    /// Certificates (PEM) that the provider's server may be signed by, besides the system's.
    #[must_use]
    pub fn with_ca_pem(mut self, pem: impl Into<Vec<u8>>) -> Self {
        self.extra_ca_pem = pem.into();
        self
    }

    /// What the provider answers when requests are too many, where it is not 429 with `Retry-After` in seconds.
    #[must_use]
    pub fn with_too_many_answer(mut self, answer: Answer) -> Self {
        self.too_many = answer;
        self
    }

    /// Requests that change nothing although their method is not GET, as `METHOD /start-of-path`: for example
    /// `POST /token`.
    #[must_use]
    pub fn with_read(mut self, request: &str) -> Self {
        self.reads.push(request.to_owned());
        self
    }

    /// Declares that the provider cannot keep a rule, and why. The report says so, and the rule is not tried.
    #[must_use]
    pub fn unsupported(mut self, rule: &str, why: &str) -> Self {
        self.unsupported.insert(rule.to_owned(), why.to_owned());
        self
    }

    /// One more place in the configuration (a JSON pointer, RFC 6901) with the URL of a server, besides those that the
    /// manifest names as such: for a plugin whose manifest names the vendor's own servers, tested at other ones.
    #[must_use]
    pub fn with_server_at(mut self, pointer: &str) -> Self {
        self.servers.push(pointer.to_owned());
        self
    }

    /// A folder that keeps the compiled component from one run to the next, for those that take long to compile. One run
    /// at a time may use it.
    #[must_use]
    pub fn with_cache(mut self, folder: impl Into<PathBuf>) -> Self {
        self.cache = Some(folder.into());
        self
    }

    /// What the kit cannot know of a builder: how its builds end, and another configuration.
    #[must_use]
    pub fn with_builder(mut self, target: BuilderTarget) -> Self {
        self.builder = Some(target);
        self
    }

    /// What the GitOps engine of a delivery plugin writes into its objects.
    #[must_use]
    pub fn with_engine(mut self, target: EngineTarget) -> Self {
        self.engine = Some(target);
        self
    }

    /// What is in the registry that the rules of `registry` read.
    #[must_use]
    pub fn with_registry(mut self, target: RegistryTarget) -> Self {
        self.registry = Some(target);
        self
    }

    /// What is at the forge that the rules of `source` work on.
    #[must_use]
    pub fn with_source(mut self, target: SourceTarget) -> Self {
        self.source = Some(target);
        self
    }

    /// What the rules of `tunnel` work on, where it is not hosts in `preview.test` and nobody who acts past the plugin.
    #[must_use]
    pub fn with_tunnels(mut self, target: TunnelTarget) -> Self {
        self.tunnel = Some(target);
        self
    }

    /// The zone that the rules of `dns` work in, with all types and 25 record sets for more than one page.
    #[must_use]
    pub fn with_zone(mut self, zone: &str) -> Self {
        let kinds = vec![
            RecordType::A,
            RecordType::Aaaa,
            RecordType::Cname,
            RecordType::Txt,
        ];
        self.dns = Some(DnsTarget {
            zone: zone.to_owned(),
            kinds,
            many: 25,
            other_writer: None,
        });
        self
    }

    /// How many record sets are more than one page of the provider's listing; after [`Subject::with_zone`].
    #[must_use]
    pub fn with_many(mut self, many: usize) -> Self {
        if let Some(dns) = &mut self.dns {
            dns.many = many;
        }
        self
    }

    /// A way to write to the zone past the plugin; after [`Subject::with_zone`].
    #[must_use]
    pub fn with_other_writer(mut self, writer: impl OtherWriter + 'static) -> Self {
        if let Some(dns) = &mut self.dns {
            dns.other_writer = Some(Arc::new(writer));
        }
        self
    }
}

/// A record set as the rules write it.
pub(crate) fn record_set(name: &str, kind: RecordType, ttl: u32, values: &[&str]) -> RecordSet {
    RecordSet {
        name: name.to_owned(),
        kind,
        ttl,
        values: values.iter().map(|value| (*value).to_owned()).collect(),
    }
}

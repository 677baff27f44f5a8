//! Runs `describe()` of a component once, for whoever builds a plugin.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use crate::{
    Digest, InspectError, Limits, Manifest,
    call::{Call, CallError},
    code::{
        self,
        compiler::{CompileCaps, Compiler},
    },
    egress::Rules,
    inspect::inspect,
    manifest::{
        Credential, Host, ManifestError, ObjectKind, Parameters, Placement, Provision, SecretPlace,
        Text,
    },
    metrics::Meter,
    sandbox::{self, Lane, Slots, Ticker, guest_manifest as guest},
    scrub::Needles,
    tls,
};

/// Why a component does not describe itself.
#[derive(Debug, thiserror::Error)]
pub enum DescribeError {
    /// It is not a plugin.
    #[error(transparent)]
    Inspect(#[from] InspectError),
    /// It cannot be compiled or linked.
    #[error("the component cannot be compiled: {0}")]
    Compile(String),
    /// It failed.
    #[error("describe() failed: {0}")]
    Call(#[from] CallError),
    /// A schema is not JSON.
    #[error("describe() returns a {field} that is not JSON: {problem}")]
    Schema {
        /// Which schema.
        field: String,
        /// The problem.
        problem: String,
    },
    /// What it says cannot be used.
    #[error("what describe() returns cannot be used: {0}")]
    Manifest(#[from] ManifestError),
}

/// Runs `describe()` in a sandbox without network, credentials and configuration.
///
/// # Errors
/// What is not a plugin, fails, or describes itself in a way that the host cannot use.
pub async fn describe(wasm: &[u8]) -> Result<Manifest, DescribeError> {
    inspect(wasm)?;
    let unusable = |error: wasmtime::Error| DescribeError::Compile(format!("{error:#}"));
    let engine = code::engine(1).map_err(unusable)?;
    let linker = sandbox::linker(&engine).map_err(unusable)?;
    let code = code::compile(
        &engine,
        &Compiler::Here,
        CompileCaps::default(),
        wasm.to_vec(),
    )
    .await
    .map_err(|error| DescribeError::Compile(error.to_string()))?;
    let compiled = code::load(&engine, None, &Digest::of(wasm), code)
        .and_then(|component| code::link(&linker, &component))
        .map_err(DescribeError::Compile)?;
    let ticker =
        Ticker::start(engine).map_err(|error| DescribeError::Compile(error.to_string()))?;
    let meter = Arc::new(Meter::default());
    let rules = Rules {
        plugin: Digest::of(wasm).to_string(),
        provider: "none".to_owned(),
        egress: Vec::new(),
        cidrs: Vec::new(),
        credentials: Vec::new(),
        secret_places: Vec::new(),
        memory: Arc::default(),
        needles: Arc::new(Needles::of([])),
        tls: tls::client_config(&[]).map_err(DescribeError::Compile)?,
        budget: Arc::default(),
        tape: None,
    };
    let limits = Limits {
        timeout: Duration::from_secs(10),
        concurrency: 1,
        ..Limits::default()
    };
    let lane = Lane {
        pre: compiled.pre,
        rules: Arc::new(rules),
        limits,
        config: "{}".to_owned(),
        slots: Slots::alone(),
        ticker: Arc::new(ticker),
        meter,
        accounts: Arc::default(),
    };
    let call = Call {
        installation: String::new(),
        object: "describe".to_owned(),
        idempotency_key: String::new(),
        deadline: Instant::now() + limits.timeout,
    };
    let indices = compiled.manifest;
    let description = sandbox::run(&lane, &call, move |store, instance, _context| {
        Box::pin(async move {
            Ok(Ok(indices
                .load(&mut *store, &instance)?
                .call_describe(store)
                .await?))
        })
    });
    let manifest = convert(description.await?)?;
    manifest.check()?;
    Ok(manifest)
}

fn convert(description: guest::Description) -> Result<Manifest, DescribeError> {
    Ok(Manifest {
        name: description.name,
        version: description.version,
        summary: description.summary,
        docs_url: description.docs_url,
        config_schema: schema("configSchema", &description.config_schema)?,
        options: description
            .options
            .into_iter()
            .map(|options| {
                let schema = schema(
                    &format!("schema of options for {}", options.of),
                    &options.schema,
                )?;
                let of = options.of;
                Ok(Parameters { of, schema })
            })
            .collect::<Result<_, DescribeError>>()?,
        credentials: description
            .credentials
            .into_iter()
            .map(credential)
            .collect(),
        hosts: description.hosts.into_iter().map(host).collect(),
        secret_places: description
            .secret_places
            .into_iter()
            .map(|place| SecretPlace {
                path: place.path,
                pointer: place.pointer,
            })
            .collect(),
        objects: description
            .objects
            .into_iter()
            .map(|object| ObjectKind {
                api_version: object.api_version,
                kind: object.kind,
            })
            .collect(),
        lacks: description.lacks,
    })
}

fn schema(field: &str, text: &str) -> Result<serde_json::Value, DescribeError> {
    serde_json::from_str(text).map_err(|error| DescribeError::Schema {
        field: field.to_owned(),
        problem: error.to_string(),
    })
}

fn credential(credential: guest::Credential) -> Credential {
    let text = |text| match text {
        guest::Text::Fixed(text) => Text::Fixed(text),
        guest::Text::FromConfig(pointer) => Text::FromConfig(pointer),
    };
    let placement = match credential.placement {
        guest::Placement::Bearer => Placement::Bearer,
        guest::Placement::Basic => Placement::Basic,
        guest::Placement::Header(name) => Placement::Header { name },
        guest::Placement::AwsSigv4(service) => Placement::AwsSigv4 { service },
        guest::Placement::SignedToken(token) => Placement::SignedToken {
            audience: token.audience.map(text),
            scope: token.scope,
        },
        guest::Placement::HmacKey => Placement::HmacKey,
        guest::Placement::HmacKeyBase64 => Placement::HmacKeyBase64,
        guest::Placement::TsigKey => Placement::TsigKey,
        guest::Placement::Connector => Placement::Connector,
        guest::Placement::Other(name) => Placement::Other { name },
    };
    Credential {
        name: credential.name,
        description: credential.description,
        placement,
        provision: match credential.provision {
            guest::Provision::Required => Provision::Required,
            guest::Provision::Optional => Provision::Optional,
            guest::Provision::Made => Provision::Made,
        },
        group: credential.group,
        hosts: credential.hosts.into_iter().map(host).collect(),
    }
}

fn host(host: guest::Host) -> Host {
    match host {
        guest::Host::Fixed(origin) => Host::Fixed(origin),
        guest::Host::FromConfig(pointer) => Host::FromConfig(pointer),
    }
}

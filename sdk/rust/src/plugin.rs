//! What a plugin says about itself.

use schemars::{JsonSchema, generate::SchemaSettings};
use serde::de::DeserializeOwned;

use crate::raw::base::exports::maquette::plugin::manifest::Guest;
pub use crate::raw::base::exports::maquette::plugin::manifest::{
    Credential, Description, Host, ObjectKind, Parameters, Placement, Provision, SecretPlace, Text,
    Token,
};

/// What a plugin is, whatever kinds of provider it implements.
pub trait Plugin: Default {
    /// The Provider's `spec.config`. Its JSON Schema is part of the manifest: document the fields for the users.
    type Config: DeserializeOwned + JsonSchema;

    /// A DNS label.
    const NAME: &'static str;
    /// Semantic Versioning 2.0; usually `env!("CARGO_PKG_VERSION")`.
    const VERSION: &'static str;
    /// One line that says what the plugin is for.
    const SUMMARY: &'static str;
    /// Where its documentation is.
    const DOCS_URL: Option<&'static str> = None;

    /// Credentials it needs.
    fn credentials() -> Vec<Credential> {
        Vec::new()
    }

    /// Hosts it calls.
    fn hosts() -> Vec<Host> {
        Vec::new()
    }

    /// Options that objects have, for each interface that has any: see [`options`].
    fn options() -> Vec<Parameters> {
        Vec::new()
    }

    /// Where its requests carry secrets that the host keeps (that of a tunnel or of a webhook).
    fn secret_places() -> Vec<SecretPlace> {
        Vec::new()
    }

    /// Kubernetes objects that it gives (`delivery`).
    fn objects() -> Vec<ObjectKind> {
        Vec::new()
    }

    /// Functions that it always answers with `unsupported`, for example `source.set-deployment`.
    fn lacks() -> Vec<&'static str> {
        Vec::new()
    }
}

impl Credential {
    /// A credential that is sent alone in the header of this name.
    pub fn header(name: &str, header: &str, description: &str) -> Self {
        Self::placed(name, description, Placement::Header(header.to_owned()))
    }

    /// A credential that is sent as `Authorization: Bearer <value>` (RFC 6750).
    pub fn bearer(name: &str, description: &str) -> Self {
        Self::placed(name, description, Placement::Bearer)
    }

    /// A credential `user:password` that is sent as `Authorization: Basic` (RFC 7617).
    pub fn basic(name: &str, description: &str) -> Self {
        Self::placed(name, description, Placement::Basic)
    }

    /// The secret access key of AWS: the host signs requests to this service, for example `route53`. See
    /// [`crate::Context::aws_authorization`].
    pub fn aws_sigv4(name: &str, service: &str, description: &str) -> Self {
        Self::placed(name, description, Placement::AwsSigv4(service.to_owned()))
    }

    /// An RSA private key in PEM (PKCS #8 or PKCS #1): the host sends tokens that it signs. See
    /// [`crate::Context::token_authorization`].
    pub fn signed_token(name: &str, audience: Option<Text>, description: &str) -> Self {
        let token = Token {
            audience,
            scope: None,
        };
        Self::placed(name, description, Placement::SignedToken(token))
    }

    /// A key that verifies webhooks. See [`crate::Context::verify_hmac_sha256`] and [`crate::Context::matches`].
    pub fn hmac_key(name: &str, description: &str) -> Self {
        Self::placed(name, description, Placement::HmacKey)
    }

    /// A key that verifies webhooks, written in base64, with or without `whsec_` before it (Standard Webhooks).
    pub fn hmac_key_base64(name: &str, description: &str) -> Self {
        Self::placed(name, description, Placement::HmacKeyBase64)
    }

    /// A key that is never sent: the host signs DNS messages with it (RFC 8945). Users write it as
    /// `[ALGORITHM:]NAME:BASE64`.
    pub fn tsig_key(name: &str, description: &str) -> Self {
        Self::placed(name, description, Placement::TsigKey)
    }

    /// A credential that the plugin never uses: it is given to the connector that the plugin describes, or to what
    /// clones in its stead.
    pub fn connector(name: &str, description: &str) -> Self {
        Self::placed(name, description, Placement::Connector)
    }

    /// The plugin also works without it.
    #[must_use]
    pub fn or_none(mut self) -> Self {
        self.provision = Provision::Optional;
        self
    }

    /// The host generates it where the Provider gives none, one for each webhook.
    #[must_use]
    pub fn or_made(mut self) -> Self {
        self.provision = Provision::Made;
        self
    }

    /// Of the credentials with this group one is enough.
    #[must_use]
    pub fn one_of(mut self, group: &str) -> Self {
        self.group = Some(group.to_owned());
        self
    }

    /// It may be sent to these hosts, and not only to the first of [`Plugin::hosts`].
    #[must_use]
    pub fn for_hosts(mut self, hosts: impl IntoIterator<Item = Host>) -> Self {
        self.hosts = hosts.into_iter().collect();
        self
    }

    fn placed(name: &str, description: &str, placement: Placement) -> Self {
        Self {
            name: name.to_owned(),
            description: description.to_owned(),
            placement,
            provision: Provision::Required,
            group: None,
            hosts: Vec::new(),
        }
    }
}

impl Host {
    /// Always this origin, for example `https://api.example.com`.
    pub fn fixed(origin: &str) -> Self {
        Self::Fixed(origin.to_owned())
    }

    /// The origin of the URL at this JSON pointer of the configuration, for example `/url` (RFC 6901).
    pub fn from_config(pointer: &str) -> Self {
        Self::FromConfig(pointer.to_owned())
    }
}

impl Text {
    /// Always this text.
    pub fn fixed(text: &str) -> Self {
        Self::Fixed(text.to_owned())
    }

    /// The text at this JSON pointer of the configuration, for example `/audience` (RFC 6901).
    pub fn from_config(pointer: &str) -> Self {
        Self::FromConfig(pointer.to_owned())
    }
}

impl SecretPlace {
    /// The text at this JSON pointer of the body of a request to this path, in which `*` stands for one segment.
    pub fn new(path: &str, pointer: &str) -> Self {
        Self {
            path: path.to_owned(),
            pointer: pointer.to_owned(),
        }
    }
}

impl ObjectKind {
    /// A kind, for example `argoproj.io/v1alpha1` and `Application`.
    pub fn new(api_version: &str, kind: &str) -> Self {
        Self {
            api_version: api_version.to_owned(),
            kind: kind.to_owned(),
        }
    }
}

/// Options of this type that objects have for an interface, for example `builder`. A function reads them with
/// [`crate::Context::options`].
pub fn options<T: JsonSchema>(interface: &str) -> Parameters {
    Parameters {
        of: interface.to_owned(),
        schema: schema::<T>(),
    }
}

/// The manifest of a plugin: what it says about itself, with the schema of its configuration.
pub fn describe<P: Plugin>() -> Description {
    Description {
        name: P::NAME.to_owned(),
        version: P::VERSION.to_owned(),
        summary: P::SUMMARY.to_owned(),
        docs_url: P::DOCS_URL.map(str::to_owned),
        config_schema: schema::<P::Config>(),
        options: P::options(),
        credentials: P::credentials(),
        hosts: P::hosts(),
        secret_places: P::secret_places(),
        objects: P::objects(),
        lacks: P::lacks().into_iter().map(str::to_owned).collect(),
    }
}

fn schema<T: JsonSchema>() -> String {
    let settings = SchemaSettings::draft2020_12();
    let schema = settings.into_generator().into_root_schema_for::<T>();
    schema.as_value().to_string()
}

impl<P: Plugin> Guest for P {
    fn describe() -> Description {
        describe::<P>()
    }
}

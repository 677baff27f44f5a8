//! What a plugin says about itself.

use schemars::{JsonSchema, generate::SchemaSettings};
use serde::de::DeserializeOwned;

use crate::raw::base::exports::maquette::plugin::manifest::Guest;
pub use crate::raw::base::exports::maquette::plugin::manifest::{
    Credential, Description, Host, Placement,
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

    /// A key that is never sent: the host signs with it.
    pub fn hmac_key(name: &str, description: &str) -> Self {
        Self::placed(name, description, Placement::HmacKey)
    }

    /// An RSA private key in PEM (PKCS #8) that is never sent: the host signs with it.
    pub fn signing_key(name: &str, description: &str) -> Self {
        Self::placed(name, description, Placement::SigningKey)
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

    /// The same credential, without which the plugin also works.
    #[must_use]
    pub fn or_none(mut self) -> Self {
        self.optional = true;
        self
    }

    fn placed(name: &str, description: &str, placement: Placement) -> Self {
        Self {
            name: name.to_owned(),
            description: description.to_owned(),
            placement,
            optional: false,
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

/// The manifest of a plugin: what it says about itself, with the schema of its configuration.
pub fn describe<P: Plugin>() -> Description {
    let schema = SchemaSettings::draft2020_12()
        .into_generator()
        .into_root_schema_for::<P::Config>();
    Description {
        name: P::NAME.to_owned(),
        version: P::VERSION.to_owned(),
        summary: P::SUMMARY.to_owned(),
        docs_url: P::DOCS_URL.map(str::to_owned),
        config_schema: schema.as_value().to_string(),
        credentials: P::credentials(),
        hosts: P::hosts(),
    }
}

impl<P: Plugin> Guest for P {
    fn describe() -> Description {
        describe::<P>()
    }
}

use maquette_host::{IdentityError, KeyError, ReferenceError, TrustRootError};

/// Why the configuration file cannot be used. Begins with the field's path.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// Not the document that is expected.
    #[error("{0}")]
    Document(#[from] Box<serde_saphyr::Error>),
    /// Not a prefix of repositories.
    #[error("{field}: `{text}` is not a registry or the beginning of a repository: {source}")]
    Prefix {
        /// Path of the field.
        field: String,
        /// What was given.
        text: String,
        /// What the parser says.
        source: ReferenceError,
    },
    /// Two decisions for one prefix.
    #[error("{field}: `{prefix}` stands there twice; keep one")]
    Twice {
        /// Path of the list.
        field: &'static str,
        /// The prefix.
        prefix: String,
    },
    /// A policy that says nothing, or two things that exclude each other.
    #[error(
        "{field}: set either `keys` and `keyless`, of which any one suffices, or `insecure: true`"
    )]
    Unclear {
        /// Path of the policy.
        field: String,
    },
    /// A public key cannot be used.
    #[error("{field}: {source}")]
    Key {
        /// Path of the field.
        field: String,
        /// Why.
        source: KeyError,
    },
    /// An identity cannot be used.
    #[error("{field}: {source}")]
    Identity {
        /// Path of the field.
        field: String,
        /// Why.
        source: IdentityError,
    },
    /// An identity without exactly one of subject and pattern.
    #[error("{field}: set either `subject` or `subjectPattern`")]
    Subject {
        /// Path of the field.
        field: String,
    },
    /// An identity, and nobody to vouch for it.
    #[error(
        "{field}: an identity needs a trust root: set `trust.root`, or `root` of the policy, to the text of a trusted_root.json"
    )]
    NoRoot {
        /// Path of the policy.
        field: String,
    },
    /// A trust root cannot be used.
    #[error("{field}: {source}")]
    Root {
        /// Path of the field.
        field: String,
        /// Why.
        source: TrustRootError,
    },
}

/// Why a plugin is not even asked for.
#[derive(Debug, thiserror::Error)]
pub enum RegistryError {
    /// No policy covers it.
    #[error(
        "no policy covers {0}, and plugins without one are refused; add its registry to `trust.policies` of the chart"
    )]
    NotListed(String),
    /// A rewrite makes something of it that is no repository.
    #[error("`registries.rewrites` of the chart makes `{place}` of it: {source}")]
    Rewrite {
        /// What it makes.
        place: String,
        /// Why it is none.
        source: ReferenceError,
    },
}

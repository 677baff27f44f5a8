//! Types that several interfaces share; `types` of `wit/plugin/types.wit`.

use std::fmt;

use serde::{Deserialize, Serialize};
use wasmtime::component::{ComponentType, Lift, Lower};

/// A name with its value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ComponentType, Lift, Lower)]
#[component(record)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Pair {
    /// For example `org.opencontainers.image.revision`.
    pub name: String,
    /// Its value.
    pub value: String,
}

/// A token that expires by itself. `Debug` and JSON do not show it.
#[derive(Clone, PartialEq, Eq, Serialize, ComponentType, Lift)]
#[component(record)]
#[serde(rename_all = "kebab-case")]
pub struct ShortLived {
    /// The token: hidden in `Debug` and left out of JSON.
    #[serde(skip)]
    pub value: String,
    /// The moment at which it expires, RFC 3339.
    pub expires: String,
}

impl fmt::Debug for ShortLived {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ShortLived")
            .field("expires", &self.expires)
            .finish_non_exhaustive()
    }
}

//! The Helm chart, with the real helm.

mod access;
mod helm;
mod lifecycle;
mod rendering;
mod values;

//! A small blocking HTTP client: typed JSON, retries within the call's deadline, capped bodies, and one mapping
//! from status codes to the contract's errors. How a request leaves the plugin is the [`Runtime`](crate::Runtime)'s.

mod client;
mod escape;
mod limit;
mod message;
mod pages;
mod retry;
#[cfg(feature = "xml")]
mod xml;

pub use client::{Client, RequestBuilder};
pub use escape::escape;
pub use limit::RateLimit;
pub use message::{Request, Response, SendError};
pub use pages::pages;
#[cfg(feature = "xml")]
pub use xml::{read as read_xml, write as write_xml};

pub use ::http::{HeaderMap, Method, StatusCode, Uri};

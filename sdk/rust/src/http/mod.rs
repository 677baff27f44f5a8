//! A small blocking HTTP client: typed JSON, retries within the call's deadline, capped bodies, and one mapping
//! from status codes to the contract's errors. How a request leaves the plugin is the [`Runtime`](crate::Runtime)'s.

mod client;
mod message;
mod retry;

pub use client::{Client, RequestBuilder};
pub use message::{Request, Response, SendError};

pub use ::http::{HeaderMap, Method, StatusCode, Uri};

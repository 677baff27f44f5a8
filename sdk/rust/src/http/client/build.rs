//! Building requests.

use std::time::Duration;

use http::{HeaderMap, HeaderName, HeaderValue, Method, Uri, header};
use serde::Serialize;

use super::Client;
use crate::error::{Error, Result};
use crate::http::message::{Request, Response};

/// A request that is being built.
#[derive(Debug)]
pub struct RequestBuilder<'c, 'a> {
    client: &'c Client<'a>,
    method: Method,
    url: String,
    headers: Result<HeaderMap>,
    body: Vec<u8>,
}

impl<'c, 'a> RequestBuilder<'c, 'a> {
    pub(super) fn new(client: &'c Client<'a>, method: Method, url: &str) -> Self {
        Self {
            client,
            method,
            url: url.to_owned(),
            headers: Ok(client.headers.clone()),
            body: Vec::new(),
        }
    }

    /// Adds a header; [`RequestBuilder::send`] fails when name or value are none.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers = self
            .headers
            .and_then(|mut headers| insert(&mut headers, name, value).map(|()| headers));
        self
    }

    /// Sends this value as JSON.
    #[must_use]
    pub fn json<T: Serialize>(mut self, value: &T) -> Self {
        match serde_json::to_vec(value) {
            Ok(body) => self.body = body,
            Err(error) => {
                self.headers = Err(Error::Other(format!(
                    "a request cannot be written as JSON: {error}"
                )));
            }
        }
        self.header(header::CONTENT_TYPE.as_str(), "application/json")
    }

    /// Sends these octets, which are of this media type.
    #[must_use]
    pub fn body(mut self, media_type: &str, octets: Vec<u8>) -> Self {
        self.body = octets;
        self.header(header::CONTENT_TYPE.as_str(), media_type)
    }

    /// Sends the request; asks again where that is harmless and the deadline allows it. An answer with a failing
    /// status is returned as it is: see [`Response::success`].
    ///
    /// # Errors
    /// Those of [`SendError`], as the contract names them.
    pub fn send(self) -> Result<Response> {
        let uri: Uri = self.url.parse().map_err(|error| {
            Error::Other(format!(
                "`{}` is no URL that can be requested: {error}",
                self.url
            ))
        })?;
        let request = Request {
            method: self.method,
            uri,
            headers: self.headers?,
            body: self.body,
            timeout: Duration::ZERO,
            body_cap: self.client.body_cap,
        };
        Ok(self.client.send(request)?)
    }
}

pub(super) fn insert(headers: &mut HeaderMap, name: &str, value: &str) -> Result<()> {
    let name = HeaderName::try_from(name)
        .map_err(|error| Error::Other(format!("`{name}` is no header: {error}")))?;
    let value = HeaderValue::try_from(value).map_err(|error| {
        Error::Other(format!(
            "the value for the header `{name}` cannot be sent: {error}"
        ))
    })?;
    headers.insert(name, value);
    Ok(())
}

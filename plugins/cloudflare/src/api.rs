//! The requests to the API. Nothing is decided here, except not to ask where Cloudflare said that it would refuse.

use std::cell::Cell;

use maquette_sdk::http::{Client, Method, RateLimit, RequestBuilder, pages};
use maquette_sdk::{Context, Error, Result};
use serde::Serialize;
use serde::de::{DeserializeOwned, IgnoredAny};

use crate::config::{Config, TOKEN};
use crate::envelope::Envelope;
use crate::failure::{Failure, check, milliseconds};

/// What one token may change.
pub(crate) struct Api<'a> {
    pub(crate) config: &'a Config,
    http: Client<'a>,
    root: String,
    /// What the last answer said about the requests that are left.
    left: Cell<Option<RateLimit>>,
}

impl<'a> Api<'a> {
    pub(crate) fn new(ctx: &'a Context<Config>) -> Result<Self> {
        let endpoint = ctx.config.endpoint.trim_end_matches('/');
        if !endpoint.starts_with("https://") && !endpoint.starts_with("http://") {
            let message = format!("`{endpoint}` is no URL; write `https://api.cloudflare.com`");
            return Err(Error::invalid("config.endpoint", message));
        }
        Ok(Self {
            config: &ctx.config,
            http: ctx
                .http()
                .with_header("Authorization", &ctx.credential(TOKEN)?)?,
            root: format!("{endpoint}/client/v4"),
            left: Cell::new(None),
        })
    }

    /// What is at this path.
    pub(crate) fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T, Failure> {
        self.send(self.http.get(&format!("{}{path}", self.root)))
    }

    /// What comes of sending this.
    pub(crate) fn write<T: DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
        body: &impl Serialize,
    ) -> Result<T, Failure> {
        let url = format!("{}{path}", self.root);
        self.send(self.http.request(method, &url).json(body))
    }

    /// Removes what is at this path.
    pub(crate) fn delete(&self, path: &str) -> Result<(), Failure> {
        let request = self.http.delete(&format!("{}{path}", self.root));
        self.answer::<IgnoredAny>(request).map(|_| ())
    }

    /// A listing to its end. `query` may be empty.
    pub(crate) fn list<T: DeserializeOwned>(
        &self,
        path: &str,
        query: &str,
        size: usize,
    ) -> Result<Vec<T>> {
        pages(|page: Option<&usize>| {
            let page = page.copied().unwrap_or(1);
            let items = self.page(path, query, page, size)?;
            let next = (items.len() == size).then_some(page + 1);
            Ok((items, next))
        })
    }

    /// One page of a listing; the first is 1.
    pub(crate) fn page<T: DeserializeOwned>(
        &self,
        path: &str,
        query: &str,
        page: usize,
        size: usize,
    ) -> Result<Vec<T>> {
        let query = format!("?page={page}&per_page={size}{query}");
        self.get(&format!("{path}{query}"))
            .map_err(Failure::into_error)
    }

    /// The result of a request that has one.
    fn send<T: DeserializeOwned>(&self, request: RequestBuilder<'_, '_>) -> Result<T, Failure> {
        self.answer(request)?.ok_or_else(|| {
            Failure::Failed(Error::transient(
                "Cloudflare's answer is not what its interface promises: it has no result",
            ))
        })
    }

    fn answer<T: DeserializeOwned>(
        &self,
        request: RequestBuilder<'_, '_>,
    ) -> Result<Option<T>, Failure> {
        // One request too many blocks the whole account for five minutes, not only this call.
        if let Some(limit) = self.left.get().filter(|limit| limit.remaining == 0) {
            let wait = milliseconds(limit.resets_in);
            return Err(Failure::Failed(Error::RateLimited(wait)));
        }
        let answer = request.send().map_err(Failure::Failed)?;
        self.left.set(answer.rate_limit());
        let answer = check(answer)?;
        let envelope: Envelope<T> = answer.json().map_err(Failure::Failed)?;
        if envelope.success {
            return Ok(envelope.result);
        }
        Err(Failure::Failed(Error::transient(
            "Cloudflare's answer is not what its interface promises: it is no success and no failure",
        )))
    }
}

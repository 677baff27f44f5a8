//! The requests.

use std::time::Duration;

use maquette_sdk::http::{Client, Response};
use maquette_sdk::{Context, Error, Result};
use serde_json::Value;

use crate::Config;

pub struct Api<'a> {
    ctx: &'a Context<Config>,
    http: Client<'a>,
}

/// A document, where it goes on, and its digest.
pub struct Answer {
    pub document: Value,
    pub next: Option<String>,
    pub digest: String,
}

impl<'a> Api<'a> {
    pub fn new(ctx: &'a Context<Config>) -> Result<Self> {
        let http = ctx
            .http()
            .with_header("Authorization", &ctx.credential("token")?)?;
        Ok(Self { ctx, http })
    }

    pub fn get(&self, path: &str) -> Result<Answer> {
        let answer = self.asked(path)?.success()?;
        let header = |name: &str| answer.headers.get(name)?.to_str().ok();
        let next = header("link").and_then(|link| link.strip_prefix('<')?.split_once('>'));
        Ok(Answer {
            next: next.map(|(path, _)| path.to_owned()),
            digest: header("docker-content-digest")
                .unwrap_or_default()
                .to_owned(),
            document: answer.json()?,
        })
    }

    /// The answer, or what a fault makes of none.
    fn asked(&self, path: &str) -> Result<Response> {
        let before = self.ctx.remaining();
        let answer = self.http.get(&self.url(path)).send();
        let hung = before.saturating_sub(self.ctx.remaining()) > Duration::from_millis(1_400);
        match (answer, self.ctx.config.fault.as_str()) {
            (Err(_), "a_registry_that_is_down_is_a_passing_fault") if !hung => {
                Err(Error::Other("down".to_owned()))
            }
            (Err(error), "a_registry_that_hangs_is_reported_in_time") if hung => {
                std::thread::sleep(Duration::from_secs(60));
                Err(error)
            }
            (Ok(answer), "a_registry_that_fails_is_a_passing_fault") if answer.status == 500 => {
                Err(Error::Other("500".to_owned()))
            }
            (answer, _) => answer,
        }
    }

    fn url(&self, path: &str) -> String {
        format!("{}{path}", self.ctx.config.url)
    }

    /// Whatever comes of it.
    pub fn post(&self, path: &str) -> Result<()> {
        self.http.post(&self.url(path)).send().map(|_| ())
    }

    pub fn delete(&self, path: &str) -> Result<()> {
        self.http.delete(&self.url(path)).send()?.success()?;
        Ok(())
    }

    /// A digest of nothing.
    pub fn other_digest() -> String {
        format!("sha256:{}", "0".repeat(64))
    }
}

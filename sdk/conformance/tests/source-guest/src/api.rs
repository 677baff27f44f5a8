//! The requests, and what is wrong with the answers.

use std::time::Duration;

use maquette_sdk::http::{Client, Response};
use maquette_sdk::{Context, Error, Result};
use serde_json::Value;

use crate::Config;

pub struct Api<'a> {
    ctx: &'a Context<Config>,
    http: Client<'a>,
}

/// A page of a list, and the path of the next one.
pub struct Page {
    pub items: Vec<Value>,
    pub next: Option<String>,
}

impl<'a> Api<'a> {
    pub fn new(ctx: &'a Context<Config>) -> Result<Self> {
        let http = ctx
            .http()
            .with_header("Authorization", &ctx.credential("token")?)?;
        Ok(Self { ctx, http })
    }

    /// `path` starts with `/api/v1`.
    pub fn get(&self, path: &str) -> Result<Response> {
        self.told(|http| http.get(&self.url(path)).send())
    }

    pub fn value(&self, path: &str) -> Result<Value> {
        self.get(path)?.json()
    }

    pub fn page(&self, path: &str) -> Result<Page> {
        let answer = self.get(path)?;
        let link = answer.headers.get("link");
        let link = link.and_then(|link| link.to_str().ok()?.strip_prefix('<'));
        Ok(Page {
            next: link.and_then(|link| Some(link.split_once(">; rel=\"next\"")?.0.to_owned())),
            items: answer.json()?,
        })
    }

    /// Every item of every page.
    pub fn all(&self, path: &str) -> Result<Vec<Value>> {
        maquette_sdk::http::pages(|next: Option<&String>| {
            let page = self.page(next.map_or(path, String::as_str))?;
            Ok((page.items, page.next))
        })
    }

    pub fn post(&self, path: &str, body: &Value) -> Result<Value> {
        self.told(|http| http.post(&self.url(path)).json(body).send())?
            .json()
    }

    pub fn patch(&self, path: &str, body: &Value) -> Result<()> {
        self.told(|http| http.patch(&self.url(path)).json(body).send())
            .map(drop)
    }

    pub fn delete(&self, path: &str) -> Result<()> {
        self.told(|http| http.delete(&self.url(path)).send())
            .map(drop)
    }

    fn url(&self, path: &str) -> String {
        format!("{}{path}", self.ctx.config.url)
    }

    /// The answer where it is a good one; or what a fault makes of an error.
    fn told(&self, ask: impl Fn(&Client<'a>) -> Result<Response>) -> Result<Response> {
        let before = self.ctx.remaining();
        let mut answer = ask(&self.http);
        let hung = before.saturating_sub(self.ctx.remaining()) > Duration::from_millis(1_400);
        let fault = self.ctx.config.fault.as_str();
        match (&answer, fault) {
            (Err(Error::Transient(_)), "a_comment_whose_answer_is_lost_is_not_written_twice")
                if !hung =>
            {
                answer = ask(&self.http)
            }
            (Err(Error::Transient(_)), "a_forge_that_is_down_is_a_passing_fault") if !hung => {
                return Err(Error::Other("down".to_owned()));
            }
            (Err(_), "a_forge_that_hangs_is_reported_in_time") if hung => {
                std::thread::sleep(Duration::from_secs(60));
            }
            _ => {}
        }
        let answer = answer?;
        match (answer.status.as_u16(), fault) {
            (500, "a_forge_that_fails_is_a_passing_fault") => Err(Error::Other("500".to_owned())),
            (403, "what_a_forge_does_not_allow_is_forbidden") => {
                Err(Error::Unauthorized("403".to_owned()))
            }
            (401, "a_wrong_credential_for_a_forge_is_unauthorized") => {
                Err(Error::Forbidden("401".to_owned()))
            }
            (503, "a_forge_that_names_a_time_to_come_back_is_reported_with_it") => {
                Err(Error::transient("503"))
            }
            (429, "too_many_forge_requests_are_reported_with_the_time_to_wait") => {
                Err(Error::RateLimited(1))
            }
            _ => answer.success(),
        }
    }
}

pub fn word(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

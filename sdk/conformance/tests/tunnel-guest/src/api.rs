//! The requests.

use std::time::Duration;

use maquette_sdk::http::{Client, Response};
use maquette_sdk::tunnel::Route;
use maquette_sdk::{Context, Error, Result};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::Config;

pub struct Api<'a> {
    ctx: &'a Context<Config>,
    http: Client<'a>,
}

/// A tunnel as the server has it.
#[derive(Clone, Deserialize)]
pub struct Item {
    pub id: String,
    pub name: String,
    pub owner: Option<String>,
    pub routes: Vec<Way>,
    pub version: String,
}

#[derive(Deserialize)]
pub struct Items {
    pub items: Vec<Item>,
    pub next: Option<String>,
}

#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Way {
    hostname: String,
    path: Option<String>,
    service: String,
}

impl From<&Route> for Way {
    fn from(route: &Route) -> Self {
        Self {
            hostname: route.hostname.clone(),
            path: route.path.clone(),
            service: route.service.clone(),
        }
    }
}

impl From<Way> for Route {
    fn from(way: Way) -> Self {
        Self {
            hostname: way.hostname,
            path: way.path,
            service: way.service,
        }
    }
}

impl<'a> Api<'a> {
    pub fn new(ctx: &'a Context<Config>) -> Result<Self> {
        let http = ctx
            .http()
            .with_header("Authorization", &ctx.credential("token")?)?;
        Ok(Self { ctx, http })
    }

    pub fn list(&self, query: &str) -> Result<Items> {
        self.told(|http| http.get(&self.url(&format!("?{query}"))).send())?
            .json()
    }

    pub fn get(&self, id: &str) -> Result<Option<Item>> {
        match self.told(|http| http.get(&self.url(&format!("/{id}"))).send()) {
            Err(Error::NotFound(_)) => Ok(None),
            answer => answer?.json().map(Some),
        }
    }

    pub fn post(&self, body: &Value) -> Result<Item> {
        self.told(|http| http.post(&self.url("")).json(body).send())?
            .json()
    }

    pub fn put(&self, id: &str, field: &str, value: &Value, expect: Option<&str>) -> Result<Item> {
        let url = self.url(&format!("/{id}/{field}"));
        let answer = self.told(|http| {
            let mut request = http.put(&url).json(value);
            if let Some(expect) = expect {
                request = request.header("If-Match", expect);
            }
            let answer = request.send()?;
            if answer.status == 412 {
                return Err(Error::conflict(None));
            }
            Ok(answer)
        });
        answer?.json()
    }

    pub fn delete(&self, path: &str) -> Result<()> {
        self.told(|http| http.delete(&self.url(path)).send())
            .map(|_| ())
    }

    fn url(&self, rest: &str) -> String {
        format!("{}/tunnels{rest}", self.ctx.config.url)
    }

    /// The answer where it is a good one; or what a fault makes of an error.
    fn told(&self, ask: impl Fn(&Client<'a>) -> Result<Response>) -> Result<Response> {
        let before = self.ctx.remaining();
        let mut answer = ask(&self.http);
        let hung = before.saturating_sub(self.ctx.remaining()) > Duration::from_millis(1_400);
        let fault = self.ctx.config.fault.as_str();
        match (&answer, fault) {
            (Err(Error::Transient(_)), "a_making_whose_answer_is_lost_makes_no_second_tunnel")
                if !hung =>
            {
                answer = ask(&self.http);
            }
            (Err(Error::Transient(_)), "a_tunnel_server_that_is_down_is_a_passing_fault")
                if !hung =>
            {
                return Err(Error::Other("down".to_owned()));
            }
            (Err(_), "a_tunnel_server_that_hangs_is_reported_in_time") if hung => {
                std::thread::sleep(Duration::from_secs(60));
            }
            _ => {}
        }
        let answer = answer?;
        match (answer.status.as_u16(), fault) {
            (500, "a_tunnel_server_that_fails_is_a_passing_fault") => {
                Err(Error::Other("500".to_owned()))
            }
            (401, "a_wrong_credential_for_tunnels_is_unauthorized") => {
                Err(Error::Forbidden("401".to_owned()))
            }
            (429, "too_many_tunnel_requests_are_reported_with_the_time_to_wait") => {
                Err(Error::RateLimited(1))
            }
            _ => answer.success(),
        }
    }
}

/// Routes as the server takes them.
pub fn ways(routes: &[Route]) -> Vec<Way> {
    routes.iter().map(Way::from).collect()
}

pub fn sorted(ways: &[Way]) -> Vec<Way> {
    let mut sorted = ways.to_vec();
    sorted.sort();
    sorted
}

pub fn without_paths(ways: Vec<Way>) -> Vec<Way> {
    ways.into_iter()
        .map(|way| Way { path: None, ..way })
        .collect()
}

pub fn text(value: Option<&str>) -> Value {
    value.map_or(Value::Null, |value| json!(value))
}

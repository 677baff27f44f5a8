//! The requests of one author, from the API server's audit log.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufRead as _, BufReader, Seek as _, SeekFrom};
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, Result};
use jiff::Timestamp;
use serde::Deserialize;

/// A finished request.
#[derive(Debug, Clone)]
pub(super) struct Request {
    pub(super) verb: String,
    /// Plural, with the subresource behind a slash.
    pub(super) resource: String,
    pub(super) namespace: String,
    pub(super) at: Timestamp,
    pub(super) code: u16,
}

impl Request {
    /// A Lease is written to stay the leader, whatever there is to do.
    fn is_lease(&self) -> bool {
        self.resource == "leases"
    }

    pub(super) fn is_write(&self) -> bool {
        matches!(
            self.verb.as_str(),
            "create" | "update" | "patch" | "delete" | "deletecollection"
        ) && !self.is_lease()
    }

    /// A read that is no watch.
    pub(super) fn is_read(&self) -> bool {
        matches!(self.verb.as_str(), "get" | "list")
            && !self.is_lease()
            && !self.resource.is_empty()
    }

    pub(super) fn is_lease_write(&self) -> bool {
        self.is_lease() && self.verb != "get"
    }
}

/// The user whose requests are wanted.
#[derive(Debug, Clone, Copy)]
pub(super) enum Author {
    /// This one.
    Is(&'static str),
    /// All but this one.
    IsNot(&'static str),
}

impl Author {
    fn wants(self, user: &str) -> bool {
        match self {
            Self::Is(wanted) => user == wanted,
            Self::IsNot(unwanted) => user != unwanted,
        }
    }
}

/// The log, read as far as it was when it was last looked at.
#[derive(Debug)]
pub(super) struct Log {
    path: PathBuf,
    author: Author,
    read: u64,
    requests: Vec<Request>,
}

impl Log {
    /// The requests of this author in the log at `path`.
    pub(super) fn of(author: Author, path: PathBuf) -> Self {
        Self {
            path,
            author,
            read: 0,
            requests: Vec::new(),
        }
    }

    /// Every request that was logged until now.
    pub(super) fn all(&mut self) -> Result<&[Request]> {
        let opened =
            File::open(&self.path).with_context(|| format!("reading {}", self.path.display()))?;
        let mut lines = BufReader::new(opened);
        lines.seek(SeekFrom::Start(self.read))?;
        let mut line = Vec::new();
        loop {
            line.clear();
            let length = lines.read_until(b'\n', &mut line)?;
            // The last line may still be in the making.
            if length == 0 || !line.ends_with(b"\n") {
                return Ok(&self.requests);
            }
            self.read += u64::try_from(length)?;
            self.requests.extend(parse(&line, self.author)?);
        }
    }

    /// Those that arrived within a span of time.
    pub(super) fn between(&mut self, from: Timestamp, to: Timestamp) -> Result<Vec<Request>> {
        let within = self
            .all()?
            .iter()
            .filter(|request| request.at >= from && request.at < to);
        Ok(within.cloned().collect())
    }

    /// Waits until nothing was written for so long.
    pub(super) async fn quiet(&mut self, pause: Duration, within: Duration) -> Result<()> {
        maquette_harness::wait_for("the operator to come to rest", within, async || {
            let last = self
                .all()?
                .iter()
                .rev()
                .find(|request| request.is_write())
                .map(|request| request.at);
            let since = last.map_or(pause, |last| {
                Duration::try_from(Timestamp::now().duration_since(last)).unwrap_or_default()
            });
            anyhow::ensure!(since >= pause, "it wrote {} ms ago", since.as_millis());
            Ok(())
        })
        .await?;
        Ok(())
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Event {
    stage: String,
    verb: String,
    user: User,
    #[serde(default)]
    object_ref: Object,
    request_received_timestamp: Timestamp,
    #[serde(default)]
    response_status: Answer,
}

#[derive(Deserialize)]
struct User {
    username: String,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Object {
    resource: String,
    subresource: String,
    namespace: String,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Answer {
    code: u16,
}

fn parse(line: &[u8], author: Author) -> Result<Option<Request>> {
    let event: Event = serde_json::from_slice(line).context("a line of the audit log")?;
    if !author.wants(&event.user.username) || event.stage != "ResponseComplete" {
        return Ok(None);
    }
    let object = event.object_ref;
    let resource = if object.subresource.is_empty() {
        object.resource
    } else {
        format!("{}/{}", object.resource, object.subresource)
    };
    Ok(Some(Request {
        verb: event.verb,
        resource,
        namespace: object.namespace,
        at: event.request_received_timestamp,
        code: event.response_status.code,
    }))
}

/// `5 patch components/status, 3 create events`, the most frequent first.
pub(super) fn summary<'a>(requests: impl IntoIterator<Item = &'a Request>, per: f64) -> String {
    let mut counts: BTreeMap<(&str, &str), u32> = BTreeMap::new();
    for request in requests {
        *counts
            .entry((&request.verb, &request.resource))
            .or_default() += 1;
    }
    let mut counts: Vec<_> = counts.into_iter().collect();
    counts.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    let texts = counts.into_iter().map(|((verb, resource), count)| {
        format!(
            "{} {verb} {resource}",
            super::figure::short(f64::from(count) / per)
        )
    });
    texts.collect::<Vec<_>>().join(", ")
}

/// The number of requests as a number that can be divided.
pub(super) fn count<'a>(requests: impl IntoIterator<Item = &'a Request>) -> f64 {
    f64::from(u32::try_from(requests.into_iter().count()).unwrap_or(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINE: &str = r#"{"stage":"ResponseComplete","verb":"patch","user":{"username":"maquette"},"objectRef":{"resource":"components","subresource":"status","namespace":"a"},"requestReceivedTimestamp":"2026-01-01T00:00:00.123456Z","responseStatus":{"code":200}}"#;

    #[test]
    fn a_request_of_the_user_is_read_with_its_subresource() {
        let request = parse(LINE.as_bytes(), Author::Is("maquette"))
            .unwrap()
            .unwrap();
        assert_eq!(
            (request.resource.as_str(), request.code),
            ("components/status", 200)
        );
        assert!(request.is_write() && !request.is_read());
        assert_eq!(
            summary([&request, &request], 2.0),
            "1 patch components/status"
        );
    }

    #[test]
    fn requests_of_others_and_renewals_of_the_lease_are_no_writes() {
        let admin = Author::Is("admin");
        assert!(parse(LINE.as_bytes(), admin).unwrap().is_none());
        let others = Author::IsNot("maquette");
        assert!(parse(LINE.as_bytes(), others).unwrap().is_none());
        let lease = LINE
            .replace("components", "leases")
            .replace(r#""subresource":"status","#, "");
        let request = parse(lease.as_bytes(), Author::IsNot("admin"))
            .unwrap()
            .unwrap();
        assert!(!request.is_write() && request.is_lease_write());
    }
}

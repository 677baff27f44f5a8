//! The tower service behind the operator's client.

use super::{
    refused::{Refused, failure},
    request::{Request, Verb},
    store::Actor,
    watch,
};
use crate::{
    faults::{Answer, Fate},
    world::Shared,
};
use bytes::Bytes;
use futures::{StreamExt as _, future::BoxFuture, stream::BoxStream};
use http::{Response, StatusCode};
use http_body::Frame;
use http_body_util::{BodyExt as _, Either, Full, StreamBody};
use kube::client::Body;
use serde_json::json;
use std::{
    task::{Context, Poll},
    time::Duration,
};

type Failure = Box<dyn std::error::Error + Send + Sync>;
type Stream = StreamBody<BoxStream<'static, Result<Frame<Bytes>, Failure>>>;

/// The server as one instance of the operator reaches it.
#[derive(Clone)]
pub(crate) struct Server {
    pub(crate) sim: Shared,
    pub(crate) instance: usize,
}

impl tower_service::Service<http::Request<Body>> for Server {
    type Response = Response<Either<Full<Bytes>, Stream>>;
    type Error = Failure;
    type Future = BoxFuture<'static, Result<Self::Response, Failure>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Failure>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: http::Request<Body>) -> Self::Future {
        let server = self.clone();
        Box::pin(async move { server.answer(request).await })
    }
}

impl Server {
    async fn answer(
        &self,
        request: http::Request<Body>,
    ) -> Result<Response<Either<Full<Bytes>, Stream>>, Failure> {
        let (parts, body) = request.into_parts();
        let body = body.collect().await?.to_bytes();
        let actor = Actor::Operator(self.instance);
        if parts.uri.path() == "/version" {
            let minor = self.sim.with(|world| world.minor);
            return Ok(Response::new(Either::Left(Full::new(version(minor)))));
        }
        let Some(request) = Request::parse(actor, &parts, body) else {
            return Ok(refuse(&Refused::new(404, "NotFound", "no such path")));
        };
        let sent = self.sim.with(|world| {
            if !world.is_alive(self.instance) {
                return None;
            }
            world.requested(self.instance, &request);
            Some((
                world.fate(self.instance, &request),
                Duration::from_millis(world.random.below(5)),
                Duration::from_millis(world.random.below(3)),
            ))
        });
        let Some((fate, before, after)) = sent else {
            return Err("the process does not exist any more".into());
        };
        pause(before).await;
        match fate {
            Fate::Reset => return Err("connection reset by peer".into()),
            Fate::Refuse(code) => {
                return Ok(refuse(&Refused::new(
                    code,
                    "InternalError",
                    "the server is not itself",
                )));
            }
            Fate::Hang => {
                self.sim.silence().await;
                return Err("connection timed out".into());
            }
            Fate::Late(delay) => {
                let (sim, request) = (self.sim.clone(), request.clone());
                tokio::spawn(async move {
                    tokio::time::sleep(delay).await;
                    sim.with(|world| drop(world.request(&request)));
                });
                self.sim.silence().await;
                return Err("connection timed out".into());
            }
            Fate::Effect(_) => {}
        }
        if !self.sim.with(|world| world.is_reachable(self.instance)) {
            return Err("connection refused".into());
        }
        if request.verb == Verb::Watch {
            let lines = watch::lines(&self.sim, self.instance, &request);
            let frames = lines.map(|line| line.map(Frame::data)).boxed();
            return Ok(Response::new(Either::Right(StreamBody::new(frames))));
        }
        let answer = self.sim.with(|world| world.request(&request));
        pause(after).await;
        match fate {
            Fate::Effect(Answer::Lost) => return Err("connection reset by peer".into()),
            Fate::Effect(Answer::Never) => {
                self.sim.silence().await;
                return Err("connection timed out".into());
            }
            _ => {}
        }
        if !self.sim.with(|world| world.is_reachable(self.instance)) {
            return Err("connection reset by peer".into());
        }
        Ok(match answer {
            Ok(body) => Response::new(Either::Left(Full::new(body))),
            Err(refused) => refuse(&refused),
        })
    }
}

async fn pause(duration: Duration) {
    if !duration.is_zero() {
        tokio::time::sleep(duration).await;
    }
}

/// What the server says of itself.
fn version(minor: u32) -> Bytes {
    let version = json!({
        "major": "1", "minor": minor.to_string(), "gitVersion": format!("v1.{minor}.0"), "gitCommit": "",
        "gitTreeState": "clean", "buildDate": "", "goVersion": "", "compiler": "gc", "platform": "",
    });
    version.to_string().into()
}

fn refuse(refused: &Refused) -> Response<Either<Full<Bytes>, Stream>> {
    let body = Bytes::from(failure(refused).to_string());
    let mut response = Response::new(Either::Left(Full::new(body)));
    *response.status_mut() = StatusCode::from_u16(refused.code).unwrap_or_default();
    response
}

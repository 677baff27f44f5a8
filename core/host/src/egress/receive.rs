use std::{
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
    time::Duration,
};

use bytes::Bytes;
use http_body::{Body, Frame};
use hyper::body::Incoming;
use tokio::time::{Instant, Sleep, sleep};
use wasmtime_wasi_http::Error;

use super::Policy;
use crate::metrics::Meter;
use crate::scrub::{Needles, Scrubber};

/// The largest response body, bytes.
const RESPONSE_BYTES: usize = 8 << 20;

/// A response body as a plugin receives it: bounded in size and waiting, counted, without secrets and trailers.
pub(super) struct Received {
    body: Incoming,
    scrubber: Scrubber,
    left: usize,
    meter: Arc<Meter>,
    patience: Duration,
    silence: Pin<Box<Sleep>>,
    ended: bool,
}

impl Received {
    pub(super) fn new(
        body: Incoming,
        policy: &Policy,
        needles: Arc<Needles>,
        patience: Duration,
    ) -> Self {
        Self {
            body,
            scrubber: Scrubber::new(needles),
            left: RESPONSE_BYTES,
            meter: policy.meter.clone(),
            patience,
            silence: Box::pin(sleep(patience)),
            ended: false,
        }
    }

    fn take(&mut self, data: &Bytes) -> Result<Bytes, Error> {
        self.left = match self.left.checked_sub(data.len()) {
            Some(left) => left,
            None => return Err(Error::HttpResponseBodySize(Some(RESPONSE_BYTES as u64))),
        };
        self.meter.received(data.len());
        Ok(self.scrubber.push(data))
    }
}

impl Body for Received {
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
        while !self.ended {
            let Poll::Ready(frame) = Pin::new(&mut self.body).poll_frame(context) else {
                ready!(self.silence.as_mut().poll(context));
                self.ended = true;
                return Poll::Ready(Some(Err(Error::ConnectionReadTimeout)));
            };
            let deadline = Instant::now() + self.patience;
            self.silence.as_mut().reset(deadline);
            let passed_on = match frame {
                None => {
                    self.ended = true;
                    Ok(self.scrubber.finish())
                }
                Some(Ok(frame)) => match frame.into_data() {
                    Ok(data) => self.take(&data),
                    Err(_trailers) => continue,
                },
                Some(Err(error)) => Err(error.into()),
            };
            match passed_on {
                Ok(data) if data.is_empty() => {}
                Ok(data) => return Poll::Ready(Some(Ok(Frame::data(data)))),
                Err(error) => {
                    self.ended = true;
                    return Poll::Ready(Some(Err(error)));
                }
            }
        }
        Poll::Ready(None)
    }
}

//! One request over `wasi:http` 0.2, blocking.

use std::time::{Duration, Instant};

use http::uri::Scheme as UriScheme;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use wasip2::clocks::monotonic_clock;
use wasip2::http::outgoing_handler;
use wasip2::http::types::{
    ErrorCode, Fields, FutureIncomingResponse, IncomingBody, IncomingResponse, Method,
    OutgoingBody, OutgoingRequest, RequestOptions, Scheme,
};
use wasip2::io::poll;
use wasip2::io::streams::StreamError;

use crate::http::{Request, Response, SendError};

/// Most octets that one write may have when the host does not say.
const CHUNK: usize = 4096;
/// Octets to ask for in one read.
const READ: u64 = 64 << 10;

pub(super) fn send(request: &Request) -> Result<Response, SendError> {
    let ends = Instant::now() + request.timeout;
    let outgoing = outgoing(request)?;
    let body = outgoing
        .body()
        .map_err(|()| malformed("the request's body is not available"))?;
    let pending = outgoing_handler::handle(outgoing, Some(options(request.timeout)?))
        .map_err(|error| failure(request, &error))?;
    write(body, &request.body)?;
    let answer = wait(request, &pending, ends)?;
    read(request, &answer, ends)
}

fn outgoing(request: &Request) -> Result<OutgoingRequest, SendError> {
    let entries: Vec<(String, Vec<u8>)> = request
        .headers
        .iter()
        .map(|(name, value)| (name.as_str().to_owned(), value.as_bytes().to_vec()))
        .collect();
    let fields = Fields::from_list(&entries)
        .map_err(|error| malformed(&format!("a header cannot be sent: {error}")))?;
    if !request.body.is_empty() {
        let length = request.body.len().to_string().into_bytes();
        fields
            .set("content-length", &[length])
            .map_err(|error| malformed(&format!("a header cannot be sent: {error}")))?;
    }
    let outgoing = OutgoingRequest::new(fields);
    let scheme = match request.uri.scheme() {
        Some(scheme) if *scheme == UriScheme::HTTPS => Scheme::Https,
        Some(scheme) if *scheme == UriScheme::HTTP => Scheme::Http,
        _ => return Err(malformed("the URL is neither http nor https")),
    };
    outgoing
        .set_method(&method(&request.method))
        .map_err(|()| malformed("the method cannot be sent"))?;
    outgoing
        .set_scheme(Some(&scheme))
        .map_err(|()| malformed("the scheme cannot be sent"))?;
    outgoing
        .set_authority(request.uri.authority().map(http::uri::Authority::as_str))
        .map_err(|()| malformed("the host cannot be sent"))?;
    outgoing
        .set_path_with_query(
            request
                .uri
                .path_and_query()
                .map(http::uri::PathAndQuery::as_str),
        )
        .map_err(|()| malformed("the path cannot be sent"))?;
    Ok(outgoing)
}

fn method(method: &http::Method) -> Method {
    match method.as_str() {
        "GET" => Method::Get,
        "HEAD" => Method::Head,
        "POST" => Method::Post,
        "PUT" => Method::Put,
        "DELETE" => Method::Delete,
        "PATCH" => Method::Patch,
        "OPTIONS" => Method::Options,
        other => Method::Other(other.to_owned()),
    }
}

fn options(timeout: Duration) -> Result<RequestOptions, SendError> {
    let options = RequestOptions::new();
    let time = Some(u64::try_from(timeout.as_nanos()).unwrap_or(u64::MAX));
    let refused = |()| malformed("the host does not take timeouts");
    options.set_connect_timeout(time).map_err(refused)?;
    options.set_first_byte_timeout(time).map_err(refused)?;
    options.set_between_bytes_timeout(time).map_err(refused)?;
    Ok(options)
}

/// Hands the body over. A host that stopped reading has its reason in the answer, so that is no error here.
fn write(body: OutgoingBody, octets: &[u8]) -> Result<(), SendError> {
    {
        let stream = body
            .write()
            .map_err(|()| malformed("the request's body is not available"))?;
        for chunk in octets.chunks(CHUNK) {
            if stream.blocking_write_and_flush(chunk).is_err() {
                break;
            }
        }
    }
    // An incomplete body is reported with the answer.
    let _ = OutgoingBody::finish(body, None);
    Ok(())
}

fn wait(
    request: &Request,
    pending: &FutureIncomingResponse,
    ends: Instant,
) -> Result<IncomingResponse, SendError> {
    loop {
        match pending.get() {
            Some(Ok(Ok(answer))) => return Ok(answer),
            Some(Ok(Err(error))) => return Err(failure(request, &error)),
            Some(Err(())) => return Err(malformed("the answer was taken twice")),
            None => ready(request, &pending.subscribe(), ends)?,
        }
    }
}

/// Waits for a pollable or the end of the attempt, whichever is first.
fn ready(request: &Request, pollable: &poll::Pollable, ends: Instant) -> Result<(), SendError> {
    let left = ends.saturating_duration_since(Instant::now());
    if left.is_zero() {
        return Err(late(request));
    }
    let timer =
        monotonic_clock::subscribe_duration(u64::try_from(left.as_nanos()).unwrap_or(u64::MAX));
    if poll::poll(&[pollable, &timer]).contains(&0) {
        Ok(())
    } else {
        Err(late(request))
    }
}

fn read(
    request: &Request,
    answer: &IncomingResponse,
    ends: Instant,
) -> Result<Response, SendError> {
    let status = StatusCode::from_u16(answer.status()).map_err(|_| {
        SendError::Interrupted(format!(
            "{} answered with the status {}, which is none",
            origin(request),
            answer.status()
        ))
    })?;
    let headers = headers(&answer.headers().entries());
    let incoming = answer
        .consume()
        .map_err(|()| malformed("the answer's body is not available"))?;
    let body = read_body(request, &incoming, ends)?;
    Ok(Response {
        status,
        headers,
        body,
    })
}

fn read_body(
    request: &Request,
    incoming: &IncomingBody,
    ends: Instant,
) -> Result<Vec<u8>, SendError> {
    let stream = incoming
        .stream()
        .map_err(|()| malformed("the answer's body is not available"))?;
    let mut body = Vec::new();
    loop {
        match stream.read(READ) {
            Ok(octets) if octets.is_empty() => ready(request, &stream.subscribe(), ends)?,
            Ok(octets) => {
                if body.len() + octets.len() > request.body_cap {
                    return Err(SendError::TooLarge(request.body_cap));
                }
                body.extend_from_slice(&octets);
            }
            Err(StreamError::Closed) => return Ok(body),
            Err(StreamError::LastOperationFailed(error)) => {
                let why = wasip2::http::types::http_error_code(&error);
                return Err(match why {
                    Some(ErrorCode::HttpResponseBodySize(_)) => {
                        SendError::TooLarge(request.body_cap)
                    }
                    Some(code) => SendError::Interrupted(format!(
                        "{} broke its answer off: {code}",
                        origin(request)
                    )),
                    None => {
                        SendError::Interrupted(format!("{} broke its answer off", origin(request)))
                    }
                });
            }
        }
    }
}

fn headers(entries: &[(String, Vec<u8>)]) -> HeaderMap {
    let parsed = entries.iter().filter_map(|(name, value)| {
        Some((
            HeaderName::try_from(name.as_str()).ok()?,
            HeaderValue::from_bytes(value).ok()?,
        ))
    });
    let mut headers = HeaderMap::new();
    for (name, value) in parsed {
        headers.append(name, value);
    }
    headers
}

/// What the host says about a request that got no answer.
fn failure(request: &Request, error: &ErrorCode) -> SendError {
    let to = origin(request);
    match error {
        ErrorCode::HttpRequestDenied | ErrorCode::DestinationIpProhibited => SendError::Denied(to),
        ErrorCode::HttpResponseBodySize(_) => SendError::TooLarge(request.body_cap),
        ErrorCode::ConnectionTimeout => {
            SendError::Unreachable(format!("{to} did not take the connection in time"))
        }
        ErrorCode::ConnectionRefused => SendError::Unreachable(format!("{to} refuses connections")),
        ErrorCode::DnsTimeout | ErrorCode::DnsError(_) => {
            SendError::Unreachable(format!("the name of {to} cannot be resolved"))
        }
        ErrorCode::DestinationNotFound
        | ErrorCode::DestinationUnavailable
        | ErrorCode::DestinationIpUnroutable => {
            SendError::Unreachable(format!("{to} cannot be reached"))
        }
        ErrorCode::TlsProtocolError
        | ErrorCode::TlsCertificateError
        | ErrorCode::TlsAlertReceived(_) => {
            SendError::Unreachable(format!("no TLS connection to {to}: {error}"))
        }
        ErrorCode::ConnectionReadTimeout
        | ErrorCode::ConnectionWriteTimeout
        | ErrorCode::HttpResponseTimeout => late(request),
        other => SendError::Interrupted(format!("no answer from {to}: {other}")),
    }
}

fn late(request: &Request) -> SendError {
    SendError::Interrupted(format!(
        "{} did not answer within {} ms",
        origin(request),
        request.timeout.as_millis()
    ))
}

fn origin(request: &Request) -> String {
    let scheme = request.uri.scheme_str().unwrap_or("http");
    let authority = request
        .uri
        .authority()
        .map_or("", http::uri::Authority::as_str);
    format!("{scheme}://{authority}")
}

fn malformed(why: &str) -> SendError {
    SendError::Malformed(why.to_owned())
}

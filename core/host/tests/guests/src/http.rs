//! Requests from a text of lines: method, URL, then `name: value`; `{name}` in a line is the credential's placeholder.
//! A line `> text` is the body.

use wasip2::{
    http::{
        outgoing_handler,
        types::{Fields, IncomingBody, Method, OutgoingBody, OutgoingRequest, Scheme},
    },
    io::streams::StreamError,
};

use crate::maquette::plugin::{credentials, types::Error};

pub fn send(text: &str) -> Result<Vec<String>, Error> {
    let text = fill_in(text)?;
    let mut lines = text.lines();
    let method = lines.next().unwrap_or_default();
    let url = lines.next().unwrap_or_default();
    let (scheme, rest) = url.split_once("://").ok_or_else(|| other("no URL"))?;
    let (authority, path) = rest
        .find('/')
        .map_or((rest, "/"), |slash| rest.split_at(slash));
    let fields = Fields::new();
    let mut sent = String::new();
    for line in lines {
        if let Some(text) = line.strip_prefix("> ") {
            sent = text.to_owned();
        } else if let Some((name, value)) = line.split_once(": ") {
            fields
                .append(name, value.as_bytes())
                .map_err(|error| other(format!("header {name}: {error}")))?;
        }
    }
    let request = OutgoingRequest::new(fields);
    let unusable = |()| other("the request cannot be made");
    request
        .set_method(&if method == "GET" {
            Method::Get
        } else {
            Method::Other(method.into())
        })
        .map_err(unusable)?;
    request
        .set_scheme(Some(&if scheme == "http" {
            Scheme::Http
        } else {
            Scheme::Https
        }))
        .map_err(unusable)?;
    request.set_authority(Some(authority)).map_err(unusable)?;
    request.set_path_with_query(Some(path)).map_err(unusable)?;
    let body = request.body().map_err(unusable)?;
    let answering = outgoing_handler::handle(request, None)
        .map_err(|error| other(format!("handle: {error}")))?;
    {
        let stream = body.write().map_err(unusable)?;
        for piece in sent.as_bytes().chunks(4096) {
            let _ = stream.blocking_write_and_flush(piece);
        }
    }
    let _ = OutgoingBody::finish(body, None);
    answering.subscribe().block();
    let response = answering
        .get()
        .ok_or_else(|| other("no answer"))?
        .map_err(|()| other("taken twice"))?
        .map_err(|error| other(format!("request: {error}")))?;
    let mut values = vec![response.status().to_string()];
    for (name, value) in response.headers().entries() {
        values.push(format!("{name}: {}", String::from_utf8_lossy(&value)));
    }
    values.push(read(&response.consume().map_err(unusable)?)?);
    Ok(values)
}

fn read(body: &IncomingBody) -> Result<String, Error> {
    let stream = body.stream().map_err(|()| other("no body"))?;
    let mut bytes = Vec::new();
    loop {
        match stream.blocking_read(1 << 16) {
            Ok(piece) => bytes.extend(piece),
            Err(StreamError::Closed) => return Ok(String::from_utf8_lossy(&bytes).into_owned()),
            Err(StreamError::LastOperationFailed(error)) => {
                return Err(other(error.to_debug_string()));
            }
        }
    }
}

fn fill_in(text: &str) -> Result<String, Error> {
    let mut filled = text.to_owned();
    for name in ["api-key", "login", "token", "aws", "app"] {
        let place = format!("{{{name}}}");
        if filled.contains(&place) {
            let value = match name {
                "aws" => credentials::aws_authorization(name, "AKIDEXAMPLE", "us-east-1"),
                "app" => credentials::token_authorization(name, "me", Some("k1")),
                _ => credentials::header_value(name),
            };
            let value = value.map_err(|error| other(format!("{error:?}")))?;
            filled = filled.replace(&place, &value);
        }
    }
    Ok(filled)
}

fn other(text: impl Into<String>) -> Error {
    Error::Other(text.into())
}

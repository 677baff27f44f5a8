"""One request over wasi:http: all that a plugin has of a network. The host adds the credential and judges the way."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from componentize_py_types import Err, Ok
from wit_world.imports import outgoing_handler
from wit_world.imports import wasi_http_types as http
from wit_world.imports.maquette_plugin_types import Error_Forbidden, Error_Transient, TransientError
from wit_world.imports.streams import StreamError_Closed

METHODS = {"GET": http.Method_Get, "PUT": http.Method_Put, "DELETE": http.Method_Delete}
# The most of an answer that is read, in bytes.
MAX_BODY = 4 << 20
# What of the call's time is kept for telling what happened, in milliseconds.
RESERVE_MS = 500


@dataclass
class Answer:
    status: int
    headers: dict
    body: bytes


def send(method, url, headers, body, deadline_ms):
    """The answer to one request, read to its end."""
    try:
        return exchange(request_of(method, url, headers, body), body, options_of(deadline_ms))
    except Err as failed:
        if isinstance(failed.value, http.ErrorCode_HttpRequestDenied):
            raise Err(Error_Forbidden(f"the Provider does not grant access to {url}; add it under spec.egress")) from None
        raise transient(f"{method} {urlsplit(url).path}: {type(failed.value).__name__}") from None


def request_of(method, url, headers, body):
    parts = urlsplit(url)
    length = [("content-length", str(len(body)))] if body else []
    fields = [(name, value.encode()) for name, value in [*headers, *length]]
    request = http.OutgoingRequest(http.Fields.from_list(fields))
    request.set_method(METHODS[method]())
    request.set_scheme(http.Scheme_Https() if parts.scheme == "https" else http.Scheme_Http())
    request.set_authority(parts.netloc)
    request.set_path_with_query(parts.path + (f"?{parts.query}" if parts.query else ""))
    return request


def options_of(deadline_ms):
    options = http.RequestOptions()
    nanoseconds = max(deadline_ms - RESERVE_MS, 1) * 1_000_000
    options.set_connect_timeout(nanoseconds)
    options.set_first_byte_timeout(nanoseconds)
    options.set_between_bytes_timeout(nanoseconds)
    return options


def exchange(request, body, options):
    outgoing = request.body()
    future = outgoing_handler.handle(request, options)
    if body:
        with outgoing.write() as stream:
            for start in range(0, len(body), 4096):
                stream.blocking_write_and_flush(body[start : start + 4096])
    http.OutgoingBody.finish(outgoing, None)
    with future.subscribe() as ready:
        ready.block()
    match future.get():
        case Ok(Ok(response)):
            return read(response)
        case Ok(Err() as failed):
            raise failed
        case _:
            raise transient("the host gave no answer")


def read(response):
    headers = {name.lower(): value.decode("latin-1") for name, value in response.headers().entries()}
    body = bytearray()
    with response.consume() as incoming, incoming.stream() as stream:
        try:
            while len(body) <= MAX_BODY:
                body += stream.blocking_read(1 << 16)
        except Err as ended:
            if not isinstance(ended.value, StreamError_Closed):
                raise transient("the answer ended before its end") from None
    return Answer(response.status(), headers, bytes(body))


def transient(message):
    return Err(Error_Transient(TransientError(None, message)))

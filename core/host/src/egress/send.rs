use std::{
    net::SocketAddr,
    pin::Pin,
    sync::Arc,
    time::{Duration, SystemTime},
};

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Request, Response, StatusCode, header::CONTENT_ENCODING};
use http_body_util::{BodyExt, Limited};
use hyper::client::conn::http1;
use rustls::pki_types::ServerName;
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::{TcpStream, lookup_host},
    time::timeout,
};
use tokio_rustls::TlsConnector;
use wasmtime_wasi_http::{Error, RequestOptions, WasiBody, io::TokioIo};

use super::{
    Policy,
    address::may_connect,
    conceal::Secrets,
    denials::Denials,
    receive::Received,
    sign::{Signing, sign},
};
use crate::names::Origin;

/// The largest request body, bytes.
const REQUEST_BYTES: usize = 8 << 20;
/// The largest head of a response, bytes.
const HEAD_BYTES: usize = 64 << 10;
/// What a plugin's own timeouts are cut to. The call's timeout holds besides.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
const READ_TIMEOUT: Duration = Duration::from_mins(1);

/// A response, and the connection that has to be driven for its body to arrive.
pub(super) type Answer = (
    Response<WasiBody>,
    Box<dyn Future<Output = Result<(), Error>> + Send>,
);

trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

/// What a judged request needs on its way.
pub(super) struct Outgoing {
    pub(super) policy: Arc<Policy>,
    pub(super) denials: Denials,
    pub(super) secrets: Secrets,
    pub(super) origin: Origin,
    pub(super) signing: Option<Signing>,
    pub(super) options: RequestOptions,
}

/// Sends a judged request over a connection of its own and follows no redirect.
pub(super) async fn send(outgoing: Outgoing, request: Request<WasiBody>) -> Result<Answer, Error> {
    let Outgoing {
        policy,
        denials,
        secrets,
        origin,
        signing,
        options,
    } = outgoing;
    let limit =
        |asked: Option<Duration>, most: Duration| asked.map_or(most, |asked| asked.min(most));
    let connecting = connect(&policy, &denials, &origin);
    let stream = timeout(limit(options.connect_timeout, CONNECT_TIMEOUT), connecting)
        .await
        .map_err(|_| Error::ConnectionTimeout)??;
    let (mut sender, connection) = http1::Builder::new()
        .max_buf_size(HEAD_BYTES)
        .max_header_size(HEAD_BYTES)
        .handshake(TokioIo::new(stream))
        .await?;
    // Ends when it is dropped, so that no connection outlives a cancelled call. Its faults show in the response.
    let driver = wasmtime_wasi::runtime::spawn(async move {
        let _ = connection.await;
    });

    policy
        .meter
        .sent(head_bytes(request.headers()) + request.uri().to_string().len());
    let (parts, body) = request.into_parts();
    let counted = counted(body, policy.clone());
    let body = secrets
        .put_into(counted, parts.uri.path(), &policy.secret_places, &denials)
        .await?;
    let request = Request::from_parts(parts, body);
    let request = match &signing {
        Some(signing) => sign(signing, &policy, &origin, request).await?,
        None => request,
    };
    let read_timeout = limit(options.first_byte_timeout, READ_TIMEOUT);
    let answer = timeout(read_timeout, sender.send_request(request)).await;
    let response = answer.map_err(|_| Error::ConnectionReadTimeout)??;
    let response = checked(response, &policy, &secrets)?;
    let between = limit(options.between_bytes_timeout, READ_TIMEOUT);
    let response =
        response.map(|body| Received::new(body, &policy, secrets.needles, between).boxed_unsync());
    let driving = async move {
        driver.await;
        Ok(())
    };
    Ok((response, Box::new(driving)))
}

async fn connect(
    policy: &Policy,
    denials: &Denials,
    origin: &Origin,
) -> Result<Pin<Box<dyn Stream>>, Error> {
    let tcp = connect_checked(policy, denials, origin).await?;
    tcp.set_nodelay(true).map_err(Error::Connect)?;
    if !origin.is_https() {
        return Ok(Box::pin(tcp));
    }
    let name = ServerName::try_from(origin.host()).map_err(|_| Error::HttpRequestUriInvalid)?;
    let tls = TlsConnector::from(policy.tls.clone())
        .connect(name, tcp)
        .await
        .map_err(Error::Tls)?;
    Ok(Box::pin(tls))
}

/// Resolves once and connects to one of the addresses that were checked, so that a second answer of the name server
/// cannot lead elsewhere.
pub(super) async fn connect_checked(
    policy: &Policy,
    denials: &Denials,
    origin: &Origin,
) -> Result<TcpStream, Error> {
    let resolved: Vec<SocketAddr> = lookup_host((origin.host(), origin.port()))
        .await
        .map_err(|error| Error::DnsError {
            rcode: Some(error.to_string()),
            info_code: None,
        })?
        .collect();
    let (allowed, prohibited): (Vec<_>, Vec<_>) = resolved
        .into_iter()
        .partition(|address| may_connect(origin, address.ip(), &policy.cidrs));
    if let (true, Some(address)) = (allowed.is_empty(), prohibited.first()) {
        let ip = address.ip();
        policy.meter.denied();
        denials.note(format!(
            "{origin} resolves to {ip}, which is not a public address; \
             add `egressCIDRs: [\"{ip}/{}\"]` to the Provider if it should be called",
            if ip.is_ipv4() { 32 } else { 128 },
        ));
        return Err(Error::DestinationIpProhibited);
    }
    let mut last = Error::DestinationNotFound;
    for address in allowed {
        match TcpStream::connect(address).await {
            Ok(stream) => return Ok(stream),
            Err(error) => last = Error::Connect(error),
        }
    }
    Err(last)
}

fn counted(body: WasiBody, policy: Arc<Policy>) -> WasiBody {
    let counted = Limited::new(body, REQUEST_BYTES).map_frame(move |frame| {
        policy.meter.sent(frame.data_ref().map_or(0, Bytes::len));
        frame
    });
    counted
        .map_err(|error| match error.downcast::<Error>() {
            Ok(error) => *error,
            Err(_too_long) => Error::HttpRequestBodySize(Some(REQUEST_BYTES as u64)),
        })
        .boxed_unsync()
}

/// What may be passed on of the head of a response: not too much, no protocol switch, no body in which a secret could not
/// be seen, no secret.
fn checked<B>(
    mut response: Response<B>,
    policy: &Policy,
    secrets: &Secrets,
) -> Result<Response<B>, Error> {
    if response.status() == StatusCode::SWITCHING_PROTOCOLS {
        return Err(Error::HttpUpgradeFailed);
    }
    let codings = response.headers().get_all(CONTENT_ENCODING);
    if let Some(coding) = codings.iter().find(|coding| *coding != "identity") {
        let coding = String::from_utf8_lossy(coding.as_bytes()).into_owned();
        return Err(Error::HttpResponseContentCoding(Some(coding)));
    }
    let size = head_bytes(response.headers());
    if size > HEAD_BYTES {
        return Err(Error::HttpResponseHeaderSectionSize(
            u32::try_from(size).ok(),
        ));
    }
    policy.meter.received(size);
    policy
        .budget
        .note(response.status(), response.headers(), SystemTime::now());
    for value in response.headers_mut().values_mut() {
        let mut bytes = value.as_bytes().to_vec();
        secrets.needles.mask(&mut bytes);
        *value = HeaderValue::from_bytes(&bytes).map_err(|_| Error::HttpProtocolError)?;
    }
    Ok(response)
}

fn head_bytes(headers: &HeaderMap) -> usize {
    headers
        .iter()
        .map(|(name, value)| name.as_str().len() + value.len() + 4)
        .sum()
}

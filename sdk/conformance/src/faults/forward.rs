//! Sends a request on to the provider's server.

use std::io;
use std::sync::Arc;

use bytes::Bytes;
use http::{HeaderMap, Request, Response, Uri, header};
use http_body_util::{BodyExt as _, Full};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use maquette_host::Origin;
use rustls::pki_types::{CertificateDer, ServerName, pem::PemObject as _};
use rustls::{ClientConfig, RootCertStore};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

/// The provider's server.
#[derive(Clone)]
pub(crate) struct Upstream {
    origin: Origin,
    tls: Option<TlsConnector>,
}

impl Upstream {
    pub(crate) fn new(origin: Origin, extra_ca_pem: &[u8]) -> io::Result<Self> {
        let tls = if origin.is_https() {
            Some(connector(extra_ca_pem)?)
        } else {
            None
        };
        Ok(Self { origin, tls })
    }

    /// Sends the request over a connection of its own and reads the whole answer.
    pub(crate) async fn send(
        &self,
        request: Request<Full<Bytes>>,
    ) -> io::Result<Response<Full<Bytes>>> {
        let host = self.origin.host();
        let tcp = TcpStream::connect((host.as_str(), self.origin.port())).await?;
        match &self.tls {
            None => converse(tcp, self.prepared(request)?).await,
            Some(tls) => {
                let name = ServerName::try_from(host).map_err(io::Error::other)?;
                converse(tls.connect(name, tcp).await?, self.prepared(request)?).await
            }
        }
    }

    /// Addressed to the server itself, so that it recognizes its name.
    fn prepared(&self, mut request: Request<Full<Bytes>>) -> io::Result<Request<Full<Bytes>>> {
        let path = request
            .uri()
            .path_and_query()
            .map_or("/", |path| path.as_str());
        let uri: Uri = path.parse().map_err(io::Error::other)?;
        *request.uri_mut() = uri;
        let authority = self.origin.authority().parse().map_err(io::Error::other)?;
        remove_hops(request.headers_mut());
        // A stand-in without TLS gets the name that the plugin may have signed.
        if self.tls.is_some() {
            request.headers_mut().insert(header::HOST, authority);
        }
        Ok(request)
    }
}

async fn converse(
    stream: impl AsyncRead + AsyncWrite + Send + Unpin + 'static,
    request: Request<Full<Bytes>>,
) -> io::Result<Response<Full<Bytes>>> {
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream))
        .await
        .map_err(io::Error::other)?;
    let exchange = async {
        let answer = sender.send_request(request).await?;
        let (head, body) = answer.into_parts();
        Ok::<_, hyper::Error>((head, body.collect().await?.to_bytes()))
    };
    tokio::pin!(exchange);
    let (mut head, body) = tokio::select! {
        answer = &mut exchange => answer.map_err(io::Error::other)?,
        ended = connection => {
            ended.map_err(io::Error::other)?;
            exchange.await.map_err(io::Error::other)?
        }
    };
    remove_hops(&mut head.headers);
    Ok(Response::from_parts(head, Full::new(body)))
}

/// What belongs to one connection only (RFC 9110, section 7.6.1).
fn remove_hops(headers: &mut HeaderMap) {
    for name in [
        header::CONNECTION,
        header::TRANSFER_ENCODING,
        header::CONTENT_LENGTH,
        header::UPGRADE,
    ] {
        headers.remove(name);
    }
}

fn connector(extra_ca_pem: &[u8]) -> io::Result<TlsConnector> {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    for certificate in CertificateDer::pem_slice_iter(extra_ca_pem) {
        roots
            .add(certificate.map_err(io::Error::other)?)
            .map_err(io::Error::other)?;
    }
    let config =
        ClientConfig::builder_with_provider(rustls::crypto::ring::default_provider().into())
            .with_safe_default_protocol_versions()
            .map_err(io::Error::other)?
            .with_root_certificates(roots)
            .with_no_client_auth();
    Ok(TlsConnector::from(Arc::new(config)))
}

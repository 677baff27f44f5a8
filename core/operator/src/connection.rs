//! The connection to the API server.
//!
//! Three things differ from kube's default client. A peer that vanished without a word (a NAT that forgot the connection, a
//! load balancer whose node died) is noticed by TCP keep-alive within 45 seconds. Data that the peer does not acknowledge
//! counts the same way. And no request is repeated behind the caller's back: the engine repeats with its own back-off.

use hyper_timeout::TimeoutConnector;
use hyper_util::{
    client::legacy::{self, connect::HttpConnector},
    rt::TokioExecutor,
};
use kube::{
    Client, Config,
    client::{Body, ClientBuilder, ConfigExt as _},
};
use std::time::Duration;
use tower::{BoxError, ServiceBuilder};

/// Silence after which the first probe is sent, the time between probes, and how many may stay without an answer.
const PROBE_AFTER: Duration = Duration::from_secs(15);
const PROBE_EVERY: Duration = Duration::from_secs(10);
const PROBES: u32 = 3;
/// How long sent data may stay without an acknowledgement.
const UNACKNOWLEDGED: Duration = Duration::from_secs(30);
const CONNECT: Duration = Duration::from_secs(5);
const WRITE: Duration = Duration::from_secs(30);
/// The API server ends a watch after 240 s, so a longer silence means a server that hangs with its connection open.
const READ: Duration = Duration::from_secs(250);

/// A client for this configuration.
///
/// # Errors
/// The credentials or certificates of the configuration cannot be used.
pub fn client(mut config: Config) -> kube::Result<Client> {
    config.connect_timeout = Some(CONNECT);
    config.read_timeout = Some(READ);
    config.write_timeout = Some(WRITE);
    config.default_retry = false;
    if config.proxy_url.is_some() {
        // Keep-alive would probe the proxy and not the API server.
        return Client::try_from(config);
    }
    let mut tcp = HttpConnector::new();
    tcp.enforce_http(false);
    tcp.set_nodelay(true);
    tcp.set_keepalive(Some(PROBE_AFTER));
    tcp.set_keepalive_interval(Some(PROBE_EVERY));
    tcp.set_keepalive_retries(Some(PROBES));
    tcp.set_tcp_user_timeout(Some(UNACKNOWLEDGED));
    let mut connector = TimeoutConnector::new(config.rustls_https_connector_with_connector(tcp)?);
    connector.set_connect_timeout(config.connect_timeout);
    connector.set_read_timeout(config.read_timeout);
    connector.set_write_timeout(config.write_timeout);
    let http: legacy::Client<_, Body> =
        legacy::Client::builder(TokioExecutor::new()).build(connector);
    let service = ServiceBuilder::new()
        .layer(config.base_uri_layer())
        .option_layer(config.auth_layer()?)
        .layer(config.extra_headers_layer()?)
        .map_err(BoxError::from)
        .service(http);
    Ok(ClientBuilder::new(service, config.default_namespace.clone()).build())
}

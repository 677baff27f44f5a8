//! A plugin behind HTTP, for whoever compares this host with a server that answers over HTTP: installs one plugin from a
//! registry, then answers `POST /normalize` (record sets in, record sets out, as JSON) and `GET /` (nothing at all) until
//! it is ended. Prints `TIME installing` before it makes the host.
//!
//! `cargo run --release -p maquette-host --example over_http -- ADDRESS REPOSITORY TAG CACHE-FOLDER [PUBLIC-KEY.pem]`
//!
//! With a key, the plugin has to be signed with it. Its credentials and hosts are granted as it asks. It is compiled in a
//! process of its own, as the operator does: this program is that, too.
#![expect(clippy::print_stdout, reason = "printing is what it is for")]

#[path = "support/grants.rs"]
mod grants;

use std::{error::Error, process::ExitCode, sync::Arc};

use bytes::Bytes;
use http::{Method, Request, Response, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use jiff::Timestamp;
use maquette_host::{
    Compiler, Dns, Host, PublicKey, Settings, Signer, Verification, Wanted, dns::RecordSet,
};
use tokio::net::TcpListener;

/// First argument of the process that compiles.
const COMPILE: &str = "compile-plugin";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let Some((COMPILE, rest)) = arguments.split_first().map(|(a, b)| (a.as_str(), b)) {
        return maquette_host::compile_plugin(rest.iter().cloned());
    }
    let runtime = tokio::runtime::Runtime::new();
    let served = runtime
        .map_err(Into::into)
        .and_then(|runtime| runtime.block_on(serve(&arguments)));
    match served {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            println!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn serve(arguments: &[String]) -> Result<(), Box<dyn Error>> {
    let [address, repository, tag, cache, key @ ..] = arguments else {
        return Err("over_http ADDRESS REPOSITORY TAG CACHE-FOLDER [PUBLIC-KEY.pem]".into());
    };
    println!("{} installing", Timestamp::now());
    let dns = Arc::new(install(repository, tag, cache, key.first()).await?);
    let listener = TcpListener::bind(address).await?;
    loop {
        let (stream, _) = listener.accept().await?;
        stream.set_nodelay(true)?;
        let dns = Arc::clone(&dns);
        let answers = service_fn(move |request| answer(Arc::clone(&dns), request));
        let connection = http1::Builder::new().serve_connection(TokioIo::new(stream), answers);
        tokio::spawn(connection);
    }
}

/// Pulls, verifies, compiles and binds the plugin.
async fn install(
    repository: &str,
    tag: &str,
    cache: &str,
    key: Option<&String>,
) -> Result<Dns, Box<dyn Error>> {
    let mut settings = Settings::new(cache);
    settings.compiler = Compiler::Process {
        program: std::env::current_exe()?,
        arguments: vec![COMPILE.into()],
    };
    let host = Host::new(settings)?;
    let mut wanted = Wanted::new(repository.parse()?, tag.parse()?);
    if let Some(path) = key {
        let key = PublicKey::from_pem(&std::fs::read(path)?)?;
        wanted.verify = vec![Verification::any_of(vec![Signer::Key(key)])];
    }
    let installed = host.install(&wanted).await?;
    let config = serde_json::json!({"url": "http://127.0.0.1:9"});
    let grants = grants::everything_that(&installed.manifest, config)?;
    Ok(host.provider("bench", &installed.digest, grants)?.dns()?)
}

async fn answer(
    dns: Arc<Dns>,
    request: Request<Incoming>,
) -> Result<Response<Full<Bytes>>, hyper::Error> {
    let (method, path) = (request.method().clone(), request.uri().path().to_owned());
    let (status, body) = match (method, path.as_str()) {
        (Method::GET, "/") => (StatusCode::OK, Vec::new()),
        (Method::POST, "/normalize") => {
            let body = request.into_body().collect().await?.to_bytes();
            match normalize(&dns, &body).await {
                Ok(body) => (StatusCode::OK, body),
                Err(error) => (StatusCode::BAD_GATEWAY, error.to_string().into_bytes()),
            }
        }
        _ => (StatusCode::NOT_FOUND, Vec::new()),
    };
    let mut response = Response::new(Full::from(body));
    *response.status_mut() = status;
    Ok(response)
}

async fn normalize(dns: &Dns, body: &[u8]) -> Result<Vec<u8>, Box<dyn Error + Send + Sync>> {
    let records: Vec<RecordSet> = serde_json::from_slice(body)?;
    let normalized = dns.normalize(&grants::call(), &records).await?;
    Ok(serde_json::to_vec(&normalized)?)
}

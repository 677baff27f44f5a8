use std::{
    net::SocketAddr,
    sync::{Arc, LazyLock, Mutex},
    time::Duration,
};

use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::TcpListener,
    task::JoinSet,
};
use tokio_rustls::TlsAcceptor;

/// A request as it arrived.
#[derive(Debug, Clone)]
pub struct Request {
    pub method: String,
    pub path: String,
    /// Names in lower case.
    pub headers: Vec<(String, String)>,
    pub body: String,
}

impl Request {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }
}

/// What the server answers: exactly these bytes, piece by piece. It closes the connection afterwards.
#[derive(Debug, Clone, Default)]
pub struct Reply {
    pub pieces: Vec<Vec<u8>>,
    /// Sends the last piece again and again until the client hangs up.
    pub endless: bool,
    /// Waits this long before each of those.
    pub drip: Duration,
    /// Keeps the connection open without a further word until the client hangs up.
    pub hangs: bool,
}

impl Reply {
    pub fn new(status: u16, headers: &[(&str, &str)], body: impl AsRef<[u8]>) -> Self {
        let length = body.as_ref().len().to_string();
        let mut all = headers.to_vec();
        all.push(("content-length", &length));
        Self::raw(status, &all, body)
    }

    /// Without a length of its own: what the headers say is what the client hears.
    pub fn raw(status: u16, headers: &[(&str, &str)], body: impl AsRef<[u8]>) -> Self {
        let mut head = format!("HTTP/1.1 {status} Scripted\r\nconnection: close\r\n");
        for (name, value) in headers {
            head += &format!("{name}: {value}\r\n");
        }
        head += "\r\n";
        Self {
            pieces: vec![head.into_bytes(), body.as_ref().to_vec()],
            ..Self::default()
        }
    }

    pub fn ok(body: impl AsRef<[u8]>) -> Self {
        Self::new(200, &[], body)
    }
}

/// A server on a port that the kernel chose. Ends when it is dropped.
pub struct Server {
    pub address: SocketAddr,
    requests: Arc<Mutex<Vec<Request>>>,
    open: Arc<Mutex<usize>>,
    _serving: JoinSet<()>,
}

impl Server {
    pub async fn start(answer: impl Fn(&Request) -> Reply + Send + Sync + 'static) -> Self {
        Self::serve("127.0.0.1:0", None, answer).await
    }

    /// On another address than loopback's.
    #[allow(dead_code, reason = "the attack suite calls it")]
    pub async fn start_at(
        bind: &str,
        answer: impl Fn(&Request) -> Reply + Send + Sync + 'static,
    ) -> Self {
        Self::serve(bind, None, answer).await
    }

    /// Over TLS, with a certificate for `localhost`.
    pub async fn start_tls(answer: impl Fn(&Request) -> Reply + Send + Sync + 'static) -> Self {
        Self::serve("127.0.0.1:0", Some(authority().acceptor.clone()), answer).await
    }

    async fn serve(
        bind: &str,
        tls: Option<TlsAcceptor>,
        answer: impl Fn(&Request) -> Reply + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind(bind).await.unwrap();
        let address = listener.local_addr().unwrap();
        let requests = Arc::new(Mutex::new(Vec::new()));
        let open = Arc::new(Mutex::new(0));
        let (seen, counted, answer) = (requests.clone(), open.clone(), Arc::new(answer));
        let mut serving = JoinSet::new();
        serving.spawn(async move {
            let mut connections = JoinSet::new();
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                let (seen, counted, answer, tls) =
                    (seen.clone(), counted.clone(), answer.clone(), tls.clone());
                connections.spawn(async move {
                    *counted.lock().unwrap() += 1;
                    match tls {
                        None => converse(stream, &seen, &*answer).await,
                        Some(tls) => match tls.accept(stream).await {
                            Ok(stream) => converse(stream, &seen, &*answer).await,
                            Err(_) => None,
                        },
                    };
                    *counted.lock().unwrap() -= 1;
                });
            }
        });
        Self {
            address,
            requests,
            open,
            _serving: serving,
        }
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub fn requests(&self) -> Vec<Request> {
        self.requests.lock().unwrap().clone()
    }

    /// Connections that are open now.
    pub fn open(&self) -> usize {
        *self.open.lock().unwrap()
    }
}

async fn converse(
    mut stream: impl AsyncRead + AsyncWrite + Unpin,
    seen: &Mutex<Vec<Request>>,
    answer: &(impl Fn(&Request) -> Reply + ?Sized),
) -> Option<()> {
    let request = read(&mut stream).await?;
    let reply = answer(&request);
    seen.lock().unwrap().push(request);
    for piece in &reply.pieces {
        stream.write_all(piece).await.ok()?;
        stream.flush().await.ok()?;
    }
    if reply.endless {
        loop {
            if !reply.drip.is_zero() {
                tokio::time::sleep(reply.drip).await;
            }
            stream.write_all(reply.pieces.last()?).await.ok()?;
        }
    }
    if reply.hangs {
        while stream.read(&mut [0; 1024]).await.ok()? > 0 {}
    }
    stream.shutdown().await.ok()
}

async fn read(stream: &mut (impl AsyncRead + Unpin)) -> Option<Request> {
    let mut bytes = Vec::new();
    let head = loop {
        if let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            break end;
        }
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    };
    let mut body = bytes.split_off(head + 4);
    let text = String::from_utf8(bytes).unwrap();
    let mut lines = text.trim_end().split("\r\n");
    let mut first = lines.next().unwrap().split(' ');
    let (method, path) = (
        first.next().unwrap().to_owned(),
        first.next().unwrap().to_owned(),
    );
    let headers: Vec<(String, String)> = lines
        .map(|line| line.split_once(':').unwrap())
        .map(|(name, value)| (name.to_lowercase(), value.trim().to_owned()))
        .collect();
    let value = |name: &str| {
        headers
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.clone())
    };
    let ends = |body: &[u8]| match (value("content-length"), value("transfer-encoding")) {
        (Some(length), _) => body.len() >= length.parse().unwrap(),
        (None, Some(_)) => body.ends_with(b"0\r\n\r\n"),
        (None, None) => true,
    };
    while !ends(&body) {
        if stream.read_buf(&mut body).await.ok()? == 0 {
            return None;
        }
    }
    Some(Request {
        method,
        path,
        headers,
        body: String::from_utf8_lossy(&body).into_owned(),
    })
}

/// A certificate authority of the tests and a server certificate for `localhost` by it.
pub struct Authority {
    pub pem: String,
    acceptor: TlsAcceptor,
}

pub fn authority() -> &'static Authority {
    static AUTHORITY: LazyLock<Authority> = LazyLock::new(|| {
        let certified = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
        let pem = certified.cert.pem();
        let key = rustls::pki_types::PrivateKeyDer::try_from(certified.signing_key.serialize_der())
            .unwrap();
        let config = rustls::ServerConfig::builder_with_provider(
            rustls::crypto::ring::default_provider().into(),
        )
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certified.cert.der().clone()], key)
        .unwrap();
        Authority {
            pem,
            acceptor: TlsAcceptor::from(Arc::new(config)),
        }
    });
    &AUTHORITY
}

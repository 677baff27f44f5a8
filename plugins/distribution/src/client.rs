//! The requests, with the login between them.

use std::cell::RefCell;

use maquette_sdk::http::{Client as Http, Method, Response, Uri};
use maquette_sdk::{Context, Error, Level, Result};
use serde::Deserialize;

use crate::challenge::Challenge;

/// Name of the credential `user:password`, which registry plugins declare with the placement `basic`.
pub const LOGIN: &str = "login";

/// Most octets of a manifest or of a page: the specification asks registries to accept 4 MiB.
const BODY_CAP: usize = 4 << 20;

/// A registry, for the time of one call.
pub struct Client<'a> {
    http: Http<'a>,
    /// The registry's origin, without a final slash.
    root: String,
    authority: String,
    /// Value of the header, where one is known to work.
    login: Option<String>,
    authorization: RefCell<Option<String>>,
    warn: Box<dyn Fn(&str) + 'a>,
}

/// What a token server answers; both names are in use.
#[derive(Deserialize)]
struct Token {
    #[serde(default)]
    token: Option<String>,
    #[serde(default)]
    access_token: Option<String>,
}

impl<'a> Client<'a> {
    /// A client of the registry at this URL. Nothing is requested yet.
    ///
    /// # Errors
    /// A URL that is no origin.
    pub fn new<C>(ctx: &'a Context<C>, url: &str) -> Result<Self> {
        let invalid = || {
            let message = format!(
                "`{url}` is no registry; write scheme and host, for example `https://registry.example.com`"
            );
            Error::invalid("config.url", message)
        };
        let uri: Uri = url.parse().map_err(|_| invalid())?;
        let authority = uri.authority().ok_or_else(invalid)?.as_str().to_owned();
        let bare = matches!(uri.path(), "" | "/") && uri.query().is_none();
        if !bare || authority.contains('@') || !matches!(uri.scheme_str(), Some("http" | "https")) {
            return Err(invalid());
        }
        Ok(Self {
            http: ctx.http().with_body_cap(BODY_CAP),
            root: url.trim_end_matches('/').to_owned(),
            authority,
            login: ctx.credential(LOGIN).ok(),
            authorization: RefCell::default(),
            warn: Box::new(|text| ctx.log(Level::Warn, text)),
        })
    }

    /// Host and port of the registry.
    pub fn authority(&self) -> &str {
        &self.authority
    }

    pub(crate) fn root(&self) -> &str {
        &self.root
    }

    /// Gets what is at this path, logging in where the registry asks for it.
    pub(crate) fn get(&self, path: &str, accept: &str) -> Result<Response> {
        self.logged_in(&Method::GET, path, accept)
    }

    /// The head of the answer to the same.
    pub(crate) fn head(&self, path: &str, accept: &str) -> Result<Response> {
        self.logged_in(&Method::HEAD, path, accept)
    }

    fn logged_in(&self, method: &Method, path: &str, accept: &str) -> Result<Response> {
        let answer = self.ask(method, path, accept)?;
        if answer.status != 401 {
            return Ok(answer);
        }
        let challenge = answer
            .headers
            .get_all("www-authenticate")
            .iter()
            .filter_map(|value| value.to_str().ok())
            .find_map(Challenge::parse)
            .ok_or_else(|| answer.to_error())?;
        let authorization = match challenge {
            Challenge::Basic => self.basic()?,
            Challenge::Bearer {
                realm,
                service,
                scope,
            } => self.bearer(&realm, service.as_deref(), scope.as_deref())?,
        };
        self.authorization.replace(Some(authorization));
        self.ask(method, path, accept)
    }

    /// Gets a blob, from where the registry keeps it: many send their clients to a store of their own, to which no
    /// login is sent. Nothing where the Provider does not grant that store; the log says so.
    pub(crate) fn blob(&self, path: &str) -> Result<Option<Response>> {
        let answer = self.get(path, "*/*")?;
        let location = answer.headers.get("location");
        let Some(location) = location.filter(|_| answer.status.is_redirection()) else {
            return Ok(Some(answer));
        };
        let Ok(location) = location.to_str() else {
            return Err(answer.to_error());
        };
        let url = match location.strip_prefix('/') {
            Some(path) => format!("{}/{path}", self.root),
            None => location.to_owned(),
        };
        match self.http.get(&url).send() {
            Err(Error::Forbidden(text)) => {
                (self.warn)(&format!(
                    "created and labels of an image are unknown: {text}"
                ));
                Ok(None)
            }
            other => other.map(Some),
        }
    }

    fn ask(&self, method: &Method, path: &str, accept: &str) -> Result<Response> {
        let mut request = self
            .http
            .request(method.clone(), &format!("{}{path}", self.root))
            .header("Accept", accept);
        if let Some(authorization) = self.authorization.borrow().as_deref() {
            request = request.header("Authorization", authorization);
        }
        request.send()
    }

    fn basic(&self) -> Result<String> {
        self.login.clone().ok_or_else(|| {
            Error::Unauthorized(format!(
                "the registry `{}` asks for a login; add `{LOGIN}` (user:password) to the Provider's credentials",
                self.authority
            ))
        })
    }

    /// A token for the scope; for everybody's where there is no login.
    fn bearer(&self, realm: &str, service: Option<&str>, scope: Option<&str>) -> Result<String> {
        // A registry over TLS that names a token server without it would have the login sent in the clear.
        if self.root.starts_with("https:") && !realm.starts_with("https:") {
            return Err(Error::Forbidden(format!(
                "the registry `{}` asks to log in at `{realm}`, which is not encrypted",
                self.authority
            )));
        }
        let query = [("service", service), ("scope", scope)]
            .into_iter()
            .filter_map(|(name, value)| Some(format!("{name}={}", escape(value?))))
            .collect::<Vec<_>>()
            .join("&");
        let separator = if realm.contains('?') { '&' } else { '?' };
        let mut request = self.http.get(&format!("{realm}{separator}{query}"));
        if let Some(login) = &self.login {
            request = request.header("Authorization", login);
        }
        let token: Token = request.send()?.success()?.json()?;
        let token = token.token.or(token.access_token).ok_or_else(|| {
            Error::transient(format!(
                "the token server `{realm}` answers without a token"
            ))
        })?;
        Ok(format!("Bearer {token}"))
    }
}

/// Percent-encodes everything but unreserved characters (RFC 3986, section 2.3).
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            escaped.push(char::from(byte));
        } else {
            escaped.push('%');
            escaped.push_str(&hex::encode_upper([byte]));
        }
    }
    escaped
}

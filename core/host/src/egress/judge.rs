use http::{
    HeaderMap, HeaderValue, Method, Request, Uri,
    header::{self, HeaderName},
};

use super::{
    Held, Policy,
    sign::{Signer, Signing},
};
use crate::names::Origin;

/// The longest path and query, in bytes.
const TARGET_BYTES: usize = 8 << 10;

/// Headers that steer the connection. The guest interface forbids most of them already.
const HOP_BY_HOP: [HeaderName; 7] = [
    header::CONNECTION,
    header::EXPECT,
    header::PROXY_AUTHORIZATION,
    header::TE,
    header::TRAILER,
    header::TRANSFER_ENCODING,
    header::UPGRADE,
];

/// Stands for a credential in the headers that a plugin sets.
pub(super) struct Placeholder {
    pub(super) text: String,
    /// Index into the policy's credentials.
    pub(super) credential: usize,
    /// How a key signs the request; nothing for a credential that is sent itself.
    pub(super) signer: Option<Signer>,
}

/// A request that may leave.
#[derive(Debug)]
pub(super) struct Judged<B> {
    pub(super) origin: Origin,
    pub(super) request: Request<B>,
    /// The signature that it needs.
    pub(super) signing: Option<Signing>,
}

/// Why a request does not leave. The message says what to do.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Denial {
    #[error(
        "the plugin called {0}, which is not granted; add `egress: [\"{0}\"]` to the Provider if it should"
    )]
    NotGranted(Origin),
    #[error("the plugin called `{0}`, which is not an address of an HTTP server; tell its author")]
    Authority(String),
    #[error("the plugin used the HTTP method {0}, which plugins cannot use; tell its author")]
    Method(Method),
    #[error("the plugin used a path of more than {TARGET_BYTES} bytes; tell its author")]
    TooLong,
    #[error(
        "the plugin put the credential `{credential}` into {place}; it belongs alone into {right}: tell its author"
    )]
    Misplaced {
        credential: String,
        place: String,
        right: String,
    },
    #[error(
        "the plugin sent the credential `{credential}` to {origin}, which is no host of this credential ({known}); correct the \
         configuration that names its hosts, or tell the plugin's author"
    )]
    OtherHost {
        credential: String,
        origin: Origin,
        known: String,
    },
}

/// Decides whether a request may leave, and makes it what leaves: addressed to the granted origin, with credentials in
/// the place of their placeholders.
pub(super) fn judge<B>(
    request: Request<B>,
    policy: &Policy,
    placeholders: &[Placeholder],
) -> Result<Judged<B>, Denial> {
    let (mut parts, body) = request.into_parts();
    if parts.method == Method::CONNECT || parts.method == Method::TRACE {
        return Err(Denial::Method(parts.method));
    }
    let origin = origin(&parts.uri)?;
    if !policy.egress.contains(&origin) {
        return Err(Denial::NotGranted(origin));
    }
    let target = parts
        .uri
        .path_and_query()
        .map_or("/", |target| target.as_str())
        .to_owned();
    if target.len() > TARGET_BYTES {
        return Err(Denial::TooLong);
    }
    refuse_in_url(&target, policy, placeholders)?;
    let signing = inject(&mut parts.headers, &origin, policy, placeholders)?;
    for name in HOP_BY_HOP {
        parts.headers.remove(name);
    }
    let authority = HeaderValue::from_str(&origin.authority());
    parts.headers.insert(
        header::HOST,
        authority.map_err(|_| Denial::Authority(origin.to_string()))?,
    );
    // A compressed answer could not be scrubbed.
    parts.headers.insert(
        header::ACCEPT_ENCODING,
        HeaderValue::from_static("identity"),
    );
    parts.uri = target.parse().map_err(|_| Denial::Authority(target))?;
    parts.version = http::Version::HTTP_11;
    Ok(Judged {
        origin,
        request: Request::from_parts(parts, body),
        signing,
    })
}

fn origin(uri: &Uri) -> Result<Origin, Denial> {
    let refused = || {
        Denial::Authority(
            uri.authority()
                .map_or_else(String::new, ToString::to_string),
        )
    };
    let (Some(scheme), Some(authority)) = (uri.scheme_str(), uri.authority()) else {
        return Err(refused());
    };
    // One parser decides what the host is, for the check as for the connection. It refuses a user name, too.
    format!("{scheme}://{authority}")
        .parse()
        .ok()
        // A DNS server is granted for DNS alone.
        .filter(|origin: &Origin| !origin.is_tcp())
        .ok_or_else(refused)
}

fn refuse_in_url(
    target: &str,
    policy: &Policy,
    placeholders: &[Placeholder],
) -> Result<(), Denial> {
    match find(target.as_bytes(), policy, placeholders) {
        Some(held) => Err(misplaced(held, "the URL".to_owned())),
        None => Ok(()),
    }
}

/// Puts credentials in the place of their placeholders, and gives the signature that the request needs.
fn inject(
    headers: &mut HeaderMap,
    origin: &Origin,
    policy: &Policy,
    placeholders: &[Placeholder],
) -> Result<Option<Signing>, Denial> {
    let mut signing = None;
    for (name, value) in headers.iter_mut() {
        if let Some(held) = find(name.as_str().as_bytes(), policy, placeholders) {
            return Err(misplaced(held, "the name of a header".to_owned()));
        }
        let Some(held) = find(value.as_bytes(), policy, placeholders) else {
            continue;
        };
        let mut alone = placeholders.iter();
        let alone = alone.find(|placeholder| placeholder.text.as_bytes() == value.as_bytes());
        let placeholder = alone.filter(|_| held.header().as_ref() == Some(name));
        let wrong = || misplaced(held, format!("the header `{name}`"));
        let placeholder = placeholder.ok_or_else(wrong)?;
        if !held.origins.contains(origin) {
            return Err(Denial::OtherHost {
                credential: held.name.clone(),
                origin: origin.clone(),
                known: crate::inspect::or_nothing(
                    &held
                        .origins
                        .iter()
                        .map(ToString::to_string)
                        .collect::<Vec<_>>(),
                ),
            });
        }
        match &placeholder.signer {
            // Replaced when the request is signed.
            Some(signer) => {
                signing = Some(Signing {
                    credential: placeholder.credential,
                    signer: signer.clone(),
                });
            }
            None => *value = held.header_value().ok_or_else(wrong)?,
        }
    }
    Ok(signing)
}

/// The credential whose placeholder is somewhere in the text.
fn find<'a>(text: &[u8], policy: &'a Policy, placeholders: &[Placeholder]) -> Option<&'a Held> {
    let found = placeholders
        .iter()
        .find(|p| memchr::memmem::find(text, p.text.as_bytes()).is_some())?;
    policy.credentials.get(found.credential)
}

fn misplaced(held: &Held, place: String) -> Denial {
    let right = held.header().map_or_else(
        || "no request".to_owned(),
        |name| format!("the header `{name}`"),
    );
    Denial::Misplaced {
        credential: held.name.clone(),
        place,
        right,
    }
}

use std::{sync::Arc, time::Instant};

use http::{Request, request::Parts};
use wasmtime_wasi_http::{Error, RequestOptions, WasiBody, WasiHttpHooks};

mod dns;

use super::{
    CredentialRefusal, Held, Policy,
    conceal::{Concealed, Secrets},
    denials::Denials,
    judge::{Judged, Placeholder, judge},
    send::{Answer, Outgoing, send},
    sign::Signer,
    tape::Names,
    taped::Taped,
};
use crate::{memory::Memory, names::Secret};

/// Requests that one call may make.
const REQUESTS: usize = 1000;
/// Credential operations that one call may make.
const CREDENTIAL_USES: usize = 10_000;
/// Signatures that one call may verify: a webhook has a few.
const VERIFICATIONS: usize = 16;
/// Comparisons with a credential that one call may make: enough for a webhook, useless for guessing.
const GUESSES: usize = 4;

/// Requests and credentials of one call.
pub(crate) struct Session {
    policy: Arc<Policy>,
    ends: Instant,
    placeholders: Vec<Placeholder>,
    requests: usize,
    credential_uses: usize,
    verifications: usize,
    guesses: usize,
    denials: Denials,
    secrets: Secrets,
    brought: Option<Held>,
}

type Sent = Box<dyn Future<Output = Result<Answer, Error>> + Send>;

impl Session {
    /// The session of a call that ends then.
    pub(crate) fn new(policy: Arc<Policy>, ends: Instant) -> Self {
        Self {
            secrets: Secrets {
                needles: policy.needles.clone(),
                concealed: None,
            },
            policy,
            ends,
            placeholders: Vec::new(),
            requests: 0,
            credential_uses: 0,
            verifications: 0,
            guesses: 0,
            denials: Denials::default(),
            brought: None,
        }
    }

    pub(crate) fn plugin(&self) -> &str {
        &self.policy.plugin
    }

    pub(crate) fn provider(&self) -> &str {
        &self.policy.provider
    }

    /// What earlier calls of this provider kept.
    pub(crate) fn memory(&self) -> &Memory {
        &self.policy.memory
    }

    /// The first thing that was refused.
    pub(crate) fn denial(&self) -> Option<String> {
        self.denials.first()
    }

    /// A text of the plugin without any secret.
    pub(crate) fn scrub_text(&self, text: String) -> String {
        let text = self.secrets.needles.mask_text(text);
        self.policy.memory.mask_text(text)
    }

    /// A text that stands for a secret of the host in the bodies of this call's requests: 32 bytes in base64 behind this prefix.
    /// Its forms are masked in what comes back from now on.
    pub(crate) fn conceal(
        &mut self,
        secret: &str,
        prefix: &str,
        forms: &[Secret],
    ) -> Result<String, getrandom::Error> {
        let concealed = Concealed::new(secret, prefix)?;
        let placeholder = concealed.placeholder.clone();
        self.secrets = Secrets {
            needles: Arc::new(self.policy.needles.and(forms)),
            concealed: Some(Arc::new(concealed)),
        };
        Ok(placeholder)
    }

    /// Lets this call use a credential that the Provider does not give: the secret of one webhook.
    pub(crate) fn bring(&mut self, held: Held, forms: &[Secret]) {
        self.secrets.needles = Arc::new(self.policy.needles.and(forms));
        self.brought = Some(held);
    }

    /// What stands for the host's secret; empty in a call without one.
    pub(crate) fn concealed(&self) -> String {
        let concealed = self.secrets.concealed.as_ref();
        concealed.map_or_else(String::new, |concealed| concealed.placeholder.clone())
    }

    /// A random text that stands for the value of the credential's header until the end of this call. With a signer it stands for
    /// what the host signs with the credential.
    pub(crate) fn placeholder(
        &mut self,
        name: &str,
        signer: Option<Signer>,
    ) -> Result<String, CredentialRefusal> {
        self.count_credential_use()?;
        let (index, held) = find(&self.policy, name)?;
        let fits = match &signer {
            Some(signer) => signer.fits(&held.placement),
            None => held.header_value().is_some(),
        };
        if !fits {
            let text = format!(
                "the manifest declares `{name}` otherwise: {}",
                held.placement
            );
            return Err(CredentialRefusal::Misplaced(text));
        }
        let mut known = self.placeholders.iter();
        if let Some(known) = known.find(|it| it.credential == index && it.signer == signer) {
            return Ok(known.text.clone());
        }
        let mut random = [0_u8; 16];
        getrandom::fill(&mut random)
            .map_err(|error| CredentialRefusal::Other(format!("no randomness: {error}")))?;
        let text = format!("maquette-credential-{}", hex::encode(random));
        self.placeholders.push(Placeholder {
            text: text.clone(),
            credential: index,
            signer,
        });
        Ok(text)
    }

    pub(crate) fn verify_hmac_sha256(
        &mut self,
        name: &str,
        message: &[u8],
        signature: &[u8],
    ) -> Result<bool, CredentialRefusal> {
        self.verifications += 1;
        if self.verifications > VERIFICATIONS {
            return Err(CredentialRefusal::Other(
                "too many verifications in one call".to_owned(),
            ));
        }
        self.key(name)?.verify_hmac_sha256(message, signature)
    }

    pub(crate) fn matches(
        &mut self,
        name: &str,
        candidate: &[u8],
    ) -> Result<bool, CredentialRefusal> {
        self.guesses += 1;
        if self.guesses > GUESSES {
            return Err(CredentialRefusal::Other(
                "too many comparisons in one call".to_owned(),
            ));
        }
        self.key(name)?.matches(candidate)
    }

    /// A credential that is no part of a request.
    fn key(&self, name: &str) -> Result<&Held, CredentialRefusal> {
        match &self.brought {
            Some(held) if held.name == name => Ok(held),
            _ => Ok(find(&self.policy, name)?.1),
        }
    }

    /// What a request needs to be written down, where there is a tape.
    fn taped(&self, parts: &Parts) -> Option<Taped> {
        let tape = self.policy.tape.clone()?;
        let credentials = self.placeholders.iter().map(|placeholder| {
            let held = self.policy.credentials.get(placeholder.credential);
            let name = held.map_or("", |held| held.name.as_str());
            (placeholder.text.clone(), format!("<credential {name}>"))
        });
        let tunnel = self.secrets.concealed.as_ref();
        let tunnel = tunnel.map(|it| (it.placeholder.clone(), "<secret>".to_owned()));
        Some(Taped {
            tape,
            names: Names(credentials.chain(tunnel).collect()),
            needles: self.secrets.needles.clone(),
            denials: self.denials.clone(),
            parts: parts.clone(),
        })
    }

    fn count_credential_use(&mut self) -> Result<(), CredentialRefusal> {
        self.credential_uses += 1;
        if self.credential_uses > CREDENTIAL_USES {
            return Err(CredentialRefusal::Other(
                "too many uses of credentials in one call".to_owned(),
            ));
        }
        Ok(())
    }

    fn refuse(&self, text: String) -> Sent {
        self.policy.meter.denied();
        self.denials.note(text);
        Box::new(std::future::ready(Err(Error::HttpRequestDenied)))
    }
}

fn find<'a>(policy: &'a Policy, name: &str) -> Result<(usize, &'a Held), CredentialRefusal> {
    let found = policy
        .credentials
        .iter()
        .enumerate()
        .find(|(_, held)| held.name == name);
    found.ok_or_else(|| {
        CredentialRefusal::Unknown(format!("`{name}` is not given to this provider"))
    })
}

impl WasiHttpHooks for Session {
    fn set_host_header(&mut self) -> bool {
        // `judge` sets it from the granted origin.
        false
    }

    fn send_request(
        &mut self,
        request: Request<WasiBody>,
        options: Option<RequestOptions>,
        _processed: Box<dyn Future<Output = Result<(), Error>> + Send>,
    ) -> Sent {
        self.requests += 1;
        if self.requests > REQUESTS {
            return self.refuse(format!(
                "the plugin made more than {REQUESTS} requests in one call; tell its author"
            ));
        }
        let (parts, body) = request.into_parts();
        let taped = self.taped(&parts);
        let request = Request::from_parts(parts, body);
        let judged = match judge(request, &self.policy, &self.placeholders) {
            Ok(judged) => judged,
            Err(denial) => return self.refuse(denial.to_string()),
        };
        let Judged {
            origin,
            request,
            signing,
        } = judged;
        let outgoing = Outgoing {
            policy: self.policy.clone(),
            denials: self.denials.clone(),
            secrets: self.secrets.clone(),
            origin,
            signing,
            options: options.unwrap_or_default(),
        };
        let send = move |request| send(outgoing, request);
        match taped {
            None => Box::new(send(request)),
            Some(taped) if taped.tape.replays() => Box::new(taped.replay(request.into_body())),
            Some(taped) => Box::new(taped.record(request, send)),
        }
    }
}

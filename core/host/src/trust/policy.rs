use std::{fmt, sync::Arc};

use regex::{Regex, RegexBuilder};

use super::{PublicKey, TrustRoot};
use crate::Digest;

/// The largest compiled pattern, bytes: patterns are the users' own words.
const PATTERN_BYTES: usize = 256 << 10;

/// Who has to have signed a plugin: any one of these.
#[derive(Debug, Clone)]
pub struct Verification {
    signers: Vec<Signer>,
}

/// Somebody whose signature is accepted.
#[derive(Debug, Clone)]
pub enum Signer {
    /// Whoever holds the private key.
    Key(PublicKey),
    /// Whoever proved to be this to an authority of the trust root, when the log of that root says so.
    Identity {
        /// Who.
        identity: Identity,
        /// Whose word counts.
        root: Arc<TrustRoot>,
    },
}

/// Whom a certificate has to name.
#[derive(Debug, Clone)]
pub struct Identity {
    /// The `OpenID` Connect provider, for example `https://token.actions.githubusercontent.com`.
    pub issuer: String,
    /// Who it was there.
    pub subject: Subject,
}

/// Whom the identity provider names: an address, or the URL of a workflow.
#[derive(Debug, Clone)]
pub enum Subject {
    /// Exactly this.
    Exact(String),
    /// What matches as a whole.
    Pattern(Regex),
}

/// Why an identity cannot be verified.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IdentityError {
    /// No issuer or subject.
    #[error("an identity needs an issuer and a subject")]
    Empty,
    /// Not a regular expression.
    #[error("`{pattern}` is not a regular expression: {problem}")]
    Pattern {
        /// What was given.
        pattern: String,
        /// What the parser says.
        problem: String,
    },
}

impl Verification {
    /// Any one of these signers suffices; without one, nothing does.
    pub fn any_of(signers: Vec<Signer>) -> Self {
        Self { signers }
    }

    pub(super) fn signers(&self) -> &[Signer] {
        &self.signers
    }

    /// What tells two of them apart.
    pub(crate) fn fingerprint(&self) -> Digest {
        let parts: Vec<String> = self.signers.iter().map(Signer::fingerprint).collect();
        Digest::of(parts.join("\n").as_bytes())
    }
}

impl fmt::Display for Verification {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.signers.is_empty() {
            return f.write_str("nobody: no signer is listed");
        }
        let signers: Vec<_> = self.signers.iter().map(ToString::to_string).collect();
        f.write_str(&signers.join(" or "))
    }
}

impl Signer {
    fn fingerprint(&self) -> String {
        match self {
            Self::Key(key) => format!("key {}", key.fingerprint()),
            Self::Identity { identity, root } => {
                let Identity { issuer, subject } = identity;
                let exact = matches!(subject, Subject::Exact(_));
                format!("{exact} {issuer:?} {subject:?} {}", root.fingerprint())
            }
        }
    }
}

impl fmt::Display for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Key(key) => key.fmt(f),
            Self::Identity { identity, .. } => identity.fmt(f),
        }
    }
}

impl Identity {
    /// Exactly this subject.
    ///
    /// # Errors
    /// A part is empty.
    pub fn exact(issuer: &str, subject: &str) -> Result<Self, IdentityError> {
        Self::of(issuer, subject, Subject::Exact(subject.to_owned()))
    }

    /// Every subject that matches the pattern as a whole.
    ///
    /// # Errors
    /// A part is empty, or the pattern is none.
    pub fn pattern(issuer: &str, pattern: &str) -> Result<Self, IdentityError> {
        let problem = |error: regex::Error| IdentityError::Pattern {
            pattern: pattern.to_owned(),
            problem: error.to_string(),
        };
        // By itself first, so that a pattern cannot close the group that anchors it.
        Regex::new(pattern).map_err(problem)?;
        let whole = RegexBuilder::new(&format!("^(?:{pattern})$"))
            .size_limit(PATTERN_BYTES)
            .build()
            .map_err(problem)?;
        Self::of(issuer, pattern, Subject::Pattern(whole))
    }

    fn of(issuer: &str, text: &str, subject: Subject) -> Result<Self, IdentityError> {
        if issuer.is_empty() || text.is_empty() {
            return Err(IdentityError::Empty);
        }
        Ok(Self {
            issuer: issuer.to_owned(),
            subject,
        })
    }

    pub(super) fn matches(&self, issuer: &str, subject: &str) -> bool {
        let is_subject = match &self.subject {
            Subject::Exact(exact) => exact == subject,
            Subject::Pattern(pattern) => pattern.is_match(subject),
        };
        is_subject && self.issuer == issuer
    }
}

impl fmt::Display for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.subject {
            Subject::Exact(subject) => write!(f, "{subject} (issuer {})", self.issuer),
            Subject::Pattern(pattern) => {
                write!(f, "whoever matches {pattern} (issuer {})", self.issuer)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_matches_a_subject_as_a_whole() {
        let identity = Identity::pattern("https://i.example", "https://g.example/team/.*").unwrap();
        assert!(identity.matches("https://i.example", "https://g.example/team/x"));
        assert!(!identity.matches("https://i.example", "evil https://g.example/team/x"));
        assert!(!identity.matches("https://other.example", "https://g.example/team/x"));
        let alternatives = Identity::pattern("i", "a|b").unwrap();
        assert!(alternatives.matches("i", "b") && !alternatives.matches("i", "xb"));
    }

    #[test]
    fn a_pattern_cannot_leave_its_anchors() {
        assert!(matches!(
            Identity::pattern("i", "a)|(?:.*"),
            Err(IdentityError::Pattern { .. })
        ));
        assert_eq!(Identity::exact("", "a").unwrap_err(), IdentityError::Empty);
    }
}

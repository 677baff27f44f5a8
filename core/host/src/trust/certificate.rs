//! Certificates of Fulcio: whom they name, and whether the trust root vouches for them
//! (`sigstore/fulcio`, `docs/certificate-specification.md` and `docs/oid-info.md`).

use std::time::Duration;

use rustls::pki_types::{CertificateDer, UnixTime};
use sha2::{Digest as _, Sha256};
use webpki::{EndEntityCert, KeyUsage, anchor_from_trusted_cert, ring};
use x509_parser::{
    certificate::X509Certificate,
    extensions::{GeneralName, ParsedExtension, SignedCertificateTimestamp},
    prelude::FromDer,
};

use super::{PublicKey, TrustRoot, der, root::Authority};

/// `id-kp-codeSigning` (RFC 5280), 1.3.6.1.5.5.7.3.3.
const CODE_SIGNING: &[u8] = &[0x2b, 6, 1, 5, 5, 7, 3, 3];
/// The identity provider: as DER, and in the older form as bare text.
const ISSUER: &str = "1.3.6.1.4.1.57264.1.8";
const ISSUER_TEXT: &str = "1.3.6.1.4.1.57264.1.1";
/// 1.3.6.1.4.1.11129.2.4.2 as an element: embedded certificate timestamps (RFC 6962, section 3.3).
const TIMESTAMPS: &[u8] = &[6, 10, 0x2b, 6, 1, 4, 1, 0xd6, 0x79, 2, 4, 2];

/// What a certificate says. Believe it only after [`vouched`].
#[derive(Debug)]
pub(super) struct Leaf {
    pub(super) key: PublicKey,
    pub(super) issuer: String,
    pub(super) subjects: Vec<String>,
}

/// Reads a certificate.
///
/// # Errors
/// What cannot be read.
pub(super) fn read(der: &[u8]) -> Result<Leaf, String> {
    let certificate = parse(der)?;
    let key = PublicKey::from_der(certificate.public_key().raw).map_err(|e| e.to_string())?;
    let issuer = certificate
        .extensions()
        .iter()
        .find(|extension| extension.oid.to_id_string() == ISSUER)
        .and_then(|extension| der::element(extension.value))
        .map(|element| String::from_utf8_lossy(element.content).into_owned())
        .or_else(|| {
            let text = certificate
                .extensions()
                .iter()
                .find(|extension| extension.oid.to_id_string() == ISSUER_TEXT)?;
            Some(String::from_utf8_lossy(text.value).into_owned())
        })
        .unwrap_or_default();
    let names = certificate
        .subject_alternative_name()
        .map_err(|_| "its certificate has no readable subject")?;
    let subjects = names
        .iter()
        .flat_map(|names| &names.value.general_names)
        .filter_map(|name| match name {
            GeneralName::RFC822Name(text) | GeneralName::URI(text) => Some((*text).to_owned()),
            _ => None,
        })
        .collect();
    Ok(Leaf {
        key,
        issuer,
        subjects,
    })
}

/// Whether an authority of the root issued the certificate, for signing code, and it was valid at that time.
///
/// # Errors
/// Why not.
pub(super) fn vouched(
    der: &[u8],
    intermediates: &[Vec<u8>],
    root: &TrustRoot,
    at: i64,
) -> Result<(), String> {
    let mut problem = "no authority of the trust root was in use at that time".to_owned();
    for authority in &root.authorities {
        if !authority.period.includes(at) {
            continue;
        }
        match issued(der, intermediates, authority, at) {
            Ok(issuers) => return timestamped(der, &issuers, root),
            Err(reason) => problem = reason,
        }
    }
    Err(problem)
}

/// The certificates that may have issued it, when the chain holds.
fn issued(
    der: &[u8],
    intermediates: &[Vec<u8>],
    authority: &Authority,
    at: i64,
) -> Result<Vec<Vec<u8>>, String> {
    // Intermediates need not say what they are for; the signer's own certificate has to.
    let signs_code = parse(der)?
        .extended_key_usage()
        .ok()
        .flatten()
        .is_some_and(|usage| usage.value.code_signing);
    if !signs_code {
        return Err("its certificate is not one for signing code".to_owned());
    }
    let (top, between) = authority
        .chain
        .split_last()
        .ok_or("it has no certificate")?;
    let top = CertificateDer::from(top.as_slice());
    let anchor = anchor_from_trusted_cert(&top).map_err(|error| error.to_string())?;
    let between: Vec<_> = between
        .iter()
        .chain(intermediates)
        .map(|der| CertificateDer::from(der.as_slice()))
        .collect();
    let leaf = CertificateDer::from(der);
    let leaf = EndEntityCert::try_from(&leaf).map_err(|error| error.to_string())?;
    let seconds = u64::try_from(at).map_err(|_| "its time is before 1970")?;
    let anchors = [anchor];
    let path = leaf
        .verify_for_usage(
            ALGORITHMS,
            &anchors,
            &between,
            UnixTime::since_unix_epoch(Duration::from_secs(seconds)),
            KeyUsage::required_if_present(CODE_SIGNING),
            None,
            None,
        )
        .map_err(|error| format!("no trusted authority issued its certificate ({error})"))?;
    let issuer = path
        .intermediate_certificates()
        .next()
        .map(|certificate| certificate.der().to_vec());
    Ok(vec![issuer.unwrap_or_else(|| top.to_vec())])
}

const ALGORITHMS: &[&dyn rustls::pki_types::SignatureVerificationAlgorithm] = &[
    ring::ECDSA_P256_SHA256,
    ring::ECDSA_P256_SHA384,
    ring::ECDSA_P384_SHA256,
    ring::ECDSA_P384_SHA384,
    ring::ED25519,
    ring::RSA_PKCS1_2048_8192_SHA256,
    ring::RSA_PKCS1_2048_8192_SHA384,
    ring::RSA_PKCS1_2048_8192_SHA512,
];

/// Whether the certificate is in a log of certificates, where the root has one.
fn timestamped(der: &[u8], issuers: &[Vec<u8>], root: &TrustRoot) -> Result<(), String> {
    if root.certificate_logs.is_empty() {
        return Ok(());
    }
    let certificate = parse(der)?;
    let timestamps =
        certificate
            .extensions()
            .iter()
            .find_map(|extension| match extension.parsed_extension() {
                ParsedExtension::SCT(timestamps) => Some(timestamps),
                _ => None,
            });
    let timestamps = timestamps.ok_or("its certificate is in no log of certificates")?;
    let body = without_timestamps(certificate.tbs_certificate.as_ref())
        .ok_or("its certificate cannot be read")?;
    let holds = timestamps.iter().any(|timestamp| {
        issuers
            .iter()
            .filter_map(|issuer| Some(promised(&body, &parse(issuer).ok()?, timestamp)))
            .any(|message| {
                root.certificate_logs.iter().any(|log| {
                    let second = i64::try_from(timestamp.timestamp / 1000).unwrap_or(i64::MAX);
                    log.key.id() == timestamp.id.key_id
                        && log.period.includes(second)
                        && log.key.verifies(&message, timestamp.signature.data)
                })
            })
    });
    if holds {
        Ok(())
    } else {
        Err("no log of certificates of the trust root knows its certificate".to_owned())
    }
}

/// What a log of certificates signs (RFC 6962, section 3.2).
fn promised(
    body: &[u8],
    issuer: &X509Certificate<'_>,
    timestamp: &SignedCertificateTimestamp<'_>,
) -> Vec<u8> {
    // Version 1, a certificate timestamp.
    let mut message = vec![0, 0];
    message.extend(timestamp.timestamp.to_be_bytes());
    // An entry of a certificate before its timestamps were put in.
    message.extend([0, 1]);
    message.extend(Sha256::digest(issuer.public_key().raw));
    let length = u32::try_from(body.len()).unwrap_or(u32::MAX).to_be_bytes();
    message.extend(length.get(1..).unwrap_or_default());
    message.extend(body);
    let extensions = timestamp.extensions.0;
    message.extend(u16::try_from(extensions.len()).unwrap_or(0).to_be_bytes());
    message.extend(extensions);
    message
}

/// The body of the certificate as it was before the timestamps were put in.
fn without_timestamps(body: &[u8]) -> Option<Vec<u8>> {
    const EXTENSIONS: u8 = 0xa3;
    let body = der::element(body)?;
    let (mut fields, mut rest) = (Vec::new(), body.content);
    while !rest.is_empty() {
        let field = der::element(rest)?;
        if field.tag == EXTENSIONS {
            let list = der::element(field.content)?;
            let (mut kept, mut left) = (Vec::new(), list.content);
            while !left.is_empty() {
                let extension = der::element(left)?;
                if !extension.content.starts_with(TIMESTAMPS) {
                    kept.extend(extension.whole);
                }
                left = extension.rest;
            }
            fields.extend(der::wrap(EXTENSIONS, &der::wrap(list.tag, &kept)));
        } else {
            fields.extend(field.whole);
        }
        rest = field.rest;
    }
    Some(der::wrap(body.tag, &fields))
}

fn parse(der: &[u8]) -> Result<X509Certificate<'_>, String> {
    X509Certificate::from_der(der)
        .map(|(_, certificate)| certificate)
        .map_err(|_| "its certificate cannot be read".to_owned())
}

//! Signature Version 4 of one request.

use http::{Method, Uri, header};

use super::{canonical, date};
use crate::context::Context;
use crate::error::{Error, Result};

const ALGORITHM: &str = "AWS4-HMAC-SHA256";

/// Signs requests for one service in one region. The secret access key stays in the host, and so does the key that is
/// derived from it: the plugin sees nothing but signatures.
///
/// The manifest declares the secret access key with [`crate::Credential::hmac_key`]. Keys that come with a session token
/// cannot be used: the token would have to be part of what is signed, and the plugin does not know it.
#[derive(Debug, Clone, Copy)]
pub struct Sigv4<'a> {
    /// The access key's identifier, which is no secret.
    pub access_key_id: &'a str,
    /// The name under which the manifest declares the secret access key.
    pub credential: &'a str,
    /// The region, for example `us-east-1`.
    pub region: &'a str,
    /// The service, for example `route53`.
    pub service: &'a str,
}

impl Sigv4<'_> {
    /// The headers that sign this request, to be sent with it: `x-amz-date` and `authorization`. The headers in
    /// `headers` are signed too and have to be sent as they are. Signatures are valid for five minutes.
    ///
    /// # Errors
    /// Those of [`Context::hmac_sha256`], and [`Error::Other`] for a URL without host.
    pub fn sign<C>(
        &self,
        ctx: &Context<C>,
        method: &Method,
        url: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> Result<Vec<(&'static str, String)>> {
        let uri: Uri = url
            .parse()
            .map_err(|error| Error::Other(format!("`{url}` cannot be signed: {error}")))?;
        let host = uri
            .authority()
            .ok_or_else(|| Error::Other(format!("`{url}` cannot be signed: it has no host")))?;
        let date = date::basic(ctx.wall_clock());
        let mut signed = vec![
            (header::HOST.to_string(), host.to_string()),
            ("x-amz-date".to_owned(), date.clone()),
        ];
        signed.extend(
            headers
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned())),
        );
        let (names, request) = canonical::request(method, &uri, &signed, &canonical::digest(body));
        let day = date.get(..8).unwrap_or_default();
        let scope = format!("{day}/{}/{}/aws4_request", self.region, self.service);
        let text = format!(
            "{ALGORITHM}\n{date}\n{scope}\n{}",
            canonical::digest(request.as_bytes())
        );
        let chain = [day, self.region, self.service, "aws4_request", &text]
            .map(|message| message.as_bytes().to_vec());
        let signature = canonical::hex(&ctx.hmac_sha256(self.credential, b"AWS4", &chain)?);
        let authorization = format!(
            "{ALGORITHM} Credential={}/{scope}, SignedHeaders={names}, Signature={signature}",
            self.access_key_id
        );
        Ok(vec![("x-amz-date", date), ("authorization", authorization)])
    }
}

#[cfg(feature = "native")]
#[cfg(test)]
mod tests {
    use std::time::Duration;

    use http::Method;

    use super::Sigv4;
    use crate::context::Context;
    use crate::http::{Request, Response, SendError};
    use crate::native::Native;
    use crate::runtime::{CredentialError, Level, Runtime};

    /// The runtime for programs, at the moment of AWS's examples: 30 August 2015, 12:36 UTC.
    struct Then(Native);

    impl Runtime for Then {
        fn send(&self, _: &Request) -> Result<Response, SendError> {
            unreachable!()
        }
        fn credential(&self, _: &str) -> Result<String, CredentialError> {
            unreachable!()
        }
        fn hmac_sha256(
            &self,
            name: &str,
            prefix: &[u8],
            messages: &[Vec<u8>],
        ) -> Result<Vec<u8>, CredentialError> {
            self.0.hmac_sha256(name, prefix, messages)
        }
        fn log(&self, _: Level, _: &str) {}
        fn sleep(&self, _: Duration) {}
        fn now(&self) -> Duration {
            Duration::ZERO
        }
        fn wall_clock(&self) -> Duration {
            Duration::from_mins(24_015_636)
        }
    }

    fn signature(method: &Method, url: &str, headers: &[(&str, &str)], body: &str) -> String {
        let secret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY".to_owned();
        let runtime = Then(Native::new([("secret".to_owned(), secret)]));
        let ctx = Context::new((), Box::new(runtime), Duration::from_secs(9));
        let key = Sigv4 {
            access_key_id: "AKIDEXAMPLE",
            credential: "secret",
            region: "us-east-1",
            service: "service",
        };
        let signed = key
            .sign(&ctx, method, url, headers, body.as_bytes())
            .unwrap();
        assert_eq!(signed[0], ("x-amz-date", "20150830T123600Z".to_owned()));
        let rest = signed[1]
            .1
            .strip_prefix(
                "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, ",
            )
            .unwrap();
        rest.to_owned()
    }

    /// The cases of AWS's `aws-sig-v4-test-suite` that a plugin's requests can be.
    #[test]
    fn signatures_are_those_of_the_published_test_suite() {
        const HOST: &str = "https://example.amazonaws.com";
        let unreserved = "-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
        let url = |rest: &str| format!("{HOST}{rest}");
        for (case, url, expected) in [
            (
                "get-vanilla",
                url("/"),
                "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31",
            ),
            (
                "get-vanilla-query-order-key-case",
                url("/?Param2=value2&Param1=value1"),
                "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500",
            ),
            (
                "get-vanilla-query-unreserved",
                url(&format!("/?{unreserved}={unreserved}")),
                "9c3e54bfcdf0b19771a7f523ee5669cdf59bc7cc0884027167c21bb143a40197",
            ),
            (
                "get-vanilla-utf8-query, escaped as it is sent",
                url("/?%E1%88%B4=bar"),
                "2cdec8eed098649ff3a119c94853b13c643bcf08f8b0a1d91e12c9027818dd04",
            ),
        ] {
            assert_eq!(
                signature(&Method::GET, &url, &[], ""),
                format!("SignedHeaders=host;x-amz-date, Signature={expected}"),
                "{case}"
            );
        }
        assert_eq!(
            signature(&Method::POST, &url("/"), &[], ""),
            "SignedHeaders=host;x-amz-date, \
             Signature=5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"
        );
        let form = [("Content-Type", "application/x-www-form-urlencoded")];
        assert_eq!(
            signature(&Method::POST, &url("/"), &form, "Param1=value1"),
            "SignedHeaders=content-type;host;x-amz-date, \
             Signature=ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a"
        );
    }
}

//! AWS Signature Version 4 of one request
//! (<https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html>). Nothing here knows a service.

mod canonical;
mod date;

use std::time::Duration;

use http::{HeaderMap, Method, Uri, header};
use ring::hmac;

const ALGORITHM: &str = "AWS4-HMAC-SHA256";

/// Signs requests for one service in one region.
#[derive(Clone, Copy)]
pub struct Signer<'a> {
    /// The access key's identifier, which is no secret.
    pub access_key_id: &'a str,
    /// The secret access key.
    pub secret: &'a [u8],
    /// The region, for example `us-east-1`.
    pub region: &'a str,
    /// The service, for example `route53`.
    pub service: &'a str,
}

/// The headers that a signature adds to a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signature {
    /// `x-amz-date`.
    pub date: String,
    /// `authorization`.
    pub authorization: String,
}

impl Signer<'_> {
    /// Signs the request at this time since the beginning of 1970, for the host `host`. The signature covers the method, the path
    /// and query of the URI, the body, and the headers `host`, `x-amz-date`, `content-type` and `x-amz-*`. It is valid for five minutes.
    pub fn sign(
        &self,
        now: Duration,
        method: &Method,
        uri: &Uri,
        host: &str,
        headers: &HeaderMap,
        body: &[u8],
    ) -> Signature {
        let date = date::basic(now);
        let mut signed = vec![
            (header::HOST.to_string(), host.to_owned()),
            ("x-amz-date".to_owned(), date.clone()),
        ];
        signed.extend(headers.iter().filter_map(|(name, value)| {
            let covered = *name == header::CONTENT_TYPE
                || name.as_str().starts_with("x-amz-") && name != "x-amz-date";
            let value = String::from_utf8_lossy(value.as_bytes());
            covered.then(|| (name.to_string(), value.into_owned()))
        }));
        let (names, request) = canonical::request(method, uri, &signed, &canonical::digest(body));
        let day = date.get(..8).unwrap_or_default();
        let scope = format!("{day}/{}/{}/aws4_request", self.region, self.service);
        let text = format!(
            "{ALGORITHM}\n{date}\n{scope}\n{}",
            canonical::digest(request.as_bytes())
        );
        let first = [b"AWS4", self.secret].concat();
        let signature = [day, self.region, self.service, "aws4_request", &text]
            .iter()
            .fold(first, |key, message| {
                let key = hmac::Key::new(hmac::HMAC_SHA256, &key);
                hmac::sign(&key, message.as_bytes()).as_ref().to_vec()
            });
        let authorization = format!(
            "{ALGORITHM} Credential={}/{scope}, SignedHeaders={names}, Signature={}",
            self.access_key_id,
            canonical::hex(&signature)
        );
        Signature {
            date,
            authorization,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use http::{HeaderMap, HeaderName, HeaderValue, Method, Uri};

    use super::Signer;

    /// At the moment of AWS's examples: 30 August 2015, 12:36 UTC.
    fn signature(method: &Method, url: &str, headers: &[(&str, &str)], body: &str) -> String {
        let signer = Signer {
            access_key_id: "AKIDEXAMPLE",
            secret: b"wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
            region: "us-east-1",
            service: "service",
        };
        let uri: Uri = url.parse().unwrap();
        let host = uri.authority().unwrap().as_str();
        let headers = headers.iter().map(|(name, value)| {
            let name = HeaderName::from_bytes(name.as_bytes()).unwrap();
            (name, HeaderValue::from_str(value).unwrap())
        });
        let headers: HeaderMap = headers.collect();
        let now = Duration::from_mins(24_015_636);
        let made = signer.sign(now, method, &uri, host, &headers, body.as_bytes());
        assert_eq!(made.date, "20150830T123600Z");
        let rest = made
            .authorization
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

//! Documents in XML, to and from types of serde. Entities other than the five of XML are not expanded.

use quick_xml::se::Serializer;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::Response;
use crate::error::{Error, Result};

/// The body of an answer as XML.
///
/// # Errors
/// [`Error::Transient`] when it is none: something in between answered, or the provider is broken for now.
pub fn read<T: DeserializeOwned>(answer: &Response) -> Result<T> {
    let broken = |why: String| {
        Error::transient(format!(
            "the provider's answer is not what its interface promises: {why}"
        ))
    };
    let text = std::str::from_utf8(&answer.body).map_err(|error| broken(error.to_string()))?;
    quick_xml::de::from_str(text).map_err(|error| broken(error.to_string()))
}

/// A document whose root element has this name and these attributes, each already written as XML.
///
/// # Errors
/// [`Error::Other`] for a value that XML has no form for.
pub fn write<T: Serialize>(root: &str, value: &T) -> Result<Vec<u8>> {
    let failed = |why: String| Error::Other(format!("a request cannot be written as XML: {why}"));
    let mut document = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>");
    let serializer = Serializer::with_root(&mut document, Some(root))
        .map_err(|error| failed(error.to_string()))?;
    value
        .serialize(serializer)
        .map_err(|error| failed(error.to_string()))?;
    Ok(document.into_bytes())
}

#[cfg(test)]
mod tests {
    use http::{HeaderMap, StatusCode};
    use serde::{Deserialize, Serialize};

    use super::{read, write};
    use crate::error::Error;
    use crate::http::Response;

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    #[serde(rename_all = "PascalCase")]
    struct Answer {
        #[serde(rename = "@xmlns")]
        space: String,
        values: Values,
    }

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    #[serde(rename_all = "PascalCase")]
    struct Values {
        #[serde(default)]
        value: Vec<String>,
    }

    fn answer(body: &str) -> Response {
        Response {
            status: StatusCode::OK,
            headers: HeaderMap::new(),
            body: body.as_bytes().to_vec(),
        }
    }

    #[test]
    fn a_document_comes_back_as_it_was_written() {
        let value = Answer {
            space: "urn:x".into(),
            values: Values {
                value: vec!["\"a\" & <b>".into(), String::new()],
            },
        };
        let document = String::from_utf8(write("Answer", &value).unwrap()).unwrap();
        assert!(
            document
                .starts_with("<?xml version=\"1.0\" encoding=\"UTF-8\"?><Answer xmlns=\"urn:x\">"),
            "{document}"
        );
        assert_eq!(read::<Answer>(&answer(&document)), Ok(value));
    }

    #[test]
    fn what_is_no_such_document_passes_as_a_transient_fault() {
        for text in ["", "<html>", "{}", "<Answer xmlns=\"x\"><Values>"] {
            let read = read::<Answer>(&answer(text));
            assert!(matches!(read, Err(Error::Transient(_))), "{text}: {read:?}");
        }
    }

    #[test]
    fn entities_of_a_documents_own_are_not_expanded() {
        let bomb = "<!DOCTYPE a [<!ENTITY e \"x\">]><Answer xmlns=\"y\"><Values><Value>&e;</Value></Values></Answer>";
        assert!(read::<Answer>(&answer(bomb)).is_err());
    }
}

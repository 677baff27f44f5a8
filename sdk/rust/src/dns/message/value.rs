//! Values between the contract's form and a record's data.

use std::net::{Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

use domain::base::name::Name as WireName;

use crate::dns::RecordType;
use crate::error::{Error, Result};

/// Most octets of one character string (RFC 1035, section 3.3).
const STRING: usize = 255;

/// The data of a record with this canonical value, without compression.
///
/// # Errors
/// [`Error::Invalid`] for what is no canonical value of the type.
pub fn rdata(kind: RecordType, value: &str) -> Result<Vec<u8>> {
    let invalid = || Error::invalid("values", format!("`{value}` is no value of this type"));
    Ok(match kind {
        RecordType::A => Ipv4Addr::from_str(value)
            .map_err(|_| invalid())?
            .octets()
            .to_vec(),
        RecordType::Aaaa => Ipv6Addr::from_str(value)
            .map_err(|_| invalid())?
            .octets()
            .to_vec(),
        RecordType::Cname => wire_name(value).ok_or_else(invalid)?.as_slice().to_vec(),
        RecordType::Txt => text(value),
    })
}

/// Character strings of at most 255 octets each, at least one (RFC 1035, section 3.3.14).
fn text(value: &str) -> Vec<u8> {
    if value.is_empty() {
        return vec![0];
    }
    let string = |octets: &[u8]| {
        let length = u8::try_from(octets.len()).unwrap_or(u8::MAX);
        [&[length], octets].concat()
    };
    value.as_bytes().chunks(STRING).flat_map(string).collect()
}

pub(super) fn wire_name(name: &str) -> Option<WireName<Vec<u8>>> {
    WireName::from_str(name).ok()
}

/// A name in the contract's form.
pub(super) fn plain_name(name: &impl domain::base::name::ToName) -> String {
    let name: WireName<Vec<u8>> = name.to_name();
    name.to_string().trim_end_matches('.').to_ascii_lowercase()
}

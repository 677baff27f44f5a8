//! How most vendors write types, names and values, and back. What a vendor writes otherwise is its plugin's business.

use super::{Escapes, RecordSet, RecordType, canonical};

impl RecordType {
    /// All types.
    pub const ALL: [Self; 4] = [Self::A, Self::Aaaa, Self::Cname, Self::Txt];

    /// Its name in zone files and interfaces, for example `AAAA`.
    pub fn name(self) -> &'static str {
        match self {
            Self::A => "A",
            Self::Aaaa => "AAAA",
            Self::Cname => "CNAME",
            Self::Txt => "TXT",
        }
    }

    /// The type of that name; nothing for types that the contract does not know.
    pub fn of_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

/// A vendor's name in the contract's form: lower case, without the final dot. What is no name stays none.
pub fn read_name(name: &str) -> String {
    name.strip_suffix('.').unwrap_or(name).to_ascii_lowercase()
}

/// A vendor's value in the contract's form. A text is read as character strings in quotes; what somebody else wrote and
/// does not parse is left as it is.
pub fn read_value(kind: RecordType, content: &str, escapes: Escapes) -> String {
    if kind == RecordType::Txt {
        return escapes.unquote(content);
    }
    let alone = RecordSet {
        name: "name".to_owned(),
        kind,
        ttl: 0,
        values: vec![content.to_owned()],
    };
    canonical(&alone, "")
        .ok()
        .and_then(|set| set.values.into_iter().next())
        .unwrap_or_else(|| content.to_owned())
}

#[cfg(test)]
mod tests {
    use super::{read_name, read_value};
    use crate::dns::{Escapes, RecordType};

    #[test]
    fn every_type_is_found_by_its_name() {
        for kind in RecordType::ALL {
            assert_eq!(RecordType::of_name(kind.name()), Some(kind));
        }
        assert_eq!(RecordType::of_name("MX"), None);
    }

    #[test]
    fn names_lose_their_dot_and_their_case_and_nothing_else() {
        assert_eq!(read_name("*.Example.com."), "*.example.com");
        assert_eq!(read_name("_mq-a.example.com"), "_mq-a.example.com");
    }

    #[test]
    fn values_lose_their_representation_and_what_is_none_stays() {
        let read = |kind, content| read_value(kind, content, Escapes::Decimal);
        assert_eq!(read(RecordType::Aaaa, "2001:DB8:0::1"), "2001:db8::1");
        assert_eq!(
            read(RecordType::Cname, "Target.Example.org."),
            "target.example.org"
        );
        assert_eq!(read(RecordType::Cname, "odd/name."), "odd/name.");
        assert_eq!(read(RecordType::Txt, "\"a\" \"\\195\\188\""), "aü");
        assert_eq!(
            read_value(RecordType::Txt, "\"\\303\\274\"", Escapes::Octal),
            "ü"
        );
    }
}

//! As much of DER (X.690) as taking one extension out of a certificate needs; `x509-parser` reads and does not write.

/// One element: its whole encoding, its content, and what follows.
pub(super) struct Element<'a> {
    pub(super) tag: u8,
    pub(super) whole: &'a [u8],
    pub(super) content: &'a [u8],
    pub(super) rest: &'a [u8],
}

/// The first element.
pub(super) fn element(bytes: &[u8]) -> Option<Element<'_>> {
    let (&tag, after) = bytes.split_first()?;
    let (&first, after) = after.split_first()?;
    let (length, after) = if first < 0x80 {
        (usize::from(first), after)
    } else {
        let count = usize::from(first & 0x7f);
        if count == 0 || count > 4 {
            return None;
        }
        let (digits, after) = after.split_at_checked(count)?;
        let length = digits
            .iter()
            .fold(0_usize, |sum, digit| sum << 8 | usize::from(*digit));
        (length, after)
    };
    let (content, rest) = after.split_at_checked(length)?;
    let whole = bytes.get(..bytes.len() - rest.len())?;
    Some(Element {
        tag,
        whole,
        content,
        rest,
    })
}

/// An element of this tag and content.
pub(super) fn wrap(tag: u8, content: &[u8]) -> Vec<u8> {
    let mut bytes = vec![tag];
    let digits = content.len().to_be_bytes();
    let significant = digits
        .iter()
        .position(|digit| *digit != 0)
        .and_then(|at| digits.get(at..))
        .unwrap_or(&[0]);
    match (significant.len(), significant.first()) {
        (1, Some(length)) if *length < 0x80 => bytes.push(*length),
        (count, _) => {
            // At most eight digits.
            bytes.push(0x80 | u8::try_from(count).unwrap_or(8));
            bytes.extend(significant);
        }
    }
    bytes.extend(content);
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wrapped_is_read_back_in_every_form_of_length() {
        for length in [0, 1, 127, 128, 255, 256, 70_000] {
            let content = vec![7; length];
            let mut bytes = wrap(0x30, &content);
            bytes.push(9);
            let read = element(&bytes).unwrap();
            assert_eq!(
                (read.tag, read.content, read.rest),
                (0x30, &content[..], &[9][..])
            );
        }
        assert!(element(&[0x30, 0x85, 1, 1, 1, 1, 1]).is_none());
        assert!(element(&[0x30, 5, 1]).is_none());
    }
}

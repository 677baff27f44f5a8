//! Listings that come in pages.

use crate::error::{Error, Result};

/// Most pages of one listing: at a hundred items a page, a hundred thousand items.
const MAX_PAGES: usize = 1_000;

/// Reads a listing to its end. `page` is given where to start, nothing at first, and returns its items and where the next
/// page starts, nothing at the end.
///
/// # Errors
/// Those of `page`; [`Error::Transient`] when a provider leads in a circle, [`Error::Other`] after a thousand pages.
pub fn pages<T, C: PartialEq>(
    mut page: impl FnMut(Option<&C>) -> Result<(Vec<T>, Option<C>)>,
) -> Result<Vec<T>> {
    let mut items = Vec::new();
    let mut cursor: Option<C> = None;
    for _ in 0..MAX_PAGES {
        let (more, next) = page(cursor.as_ref())?;
        items.extend(more);
        if next.is_none() {
            return Ok(items);
        }
        if next == cursor {
            return Err(Error::transient(
                "the provider's listing does not get on: a page names itself as the next one",
            ));
        }
        cursor = next;
    }
    Err(Error::Other(format!(
        "the provider's listing has more than {MAX_PAGES} pages, which is more than the plugin reads"
    )))
}

#[cfg(test)]
mod tests {
    use super::pages;
    use crate::error::Error;

    #[test]
    fn a_listing_is_read_to_its_end() {
        let all = pages(|cursor: Option<&u32>| {
            let start = cursor.copied().unwrap_or(0);
            Ok((vec![start, start + 1], (start < 4).then_some(start + 2)))
        });
        assert_eq!(all, Ok(vec![0, 1, 2, 3, 4, 5]));
    }

    #[test]
    fn a_listing_that_leads_nowhere_ends_with_an_error() {
        let circle = pages(|_: Option<&u8>| Ok((vec![1], Some(7))));
        assert!(matches!(circle, Err(Error::Transient(_))), "{circle:?}");
        let mut next = 0;
        let endless = pages(|_: Option<&u32>| {
            next += 1;
            Ok((vec![1], Some(next)))
        });
        assert!(matches!(endless, Err(Error::Other(_))));
    }

    #[test]
    fn the_error_of_a_page_is_that_of_the_listing() {
        let failed = pages(|cursor: Option<&u8>| match cursor {
            None => Ok((vec![1], Some(1))),
            Some(_) => Err(Error::RateLimited(5)),
        });
        assert_eq!(failed, Err(Error::RateLimited(5)));
    }
}

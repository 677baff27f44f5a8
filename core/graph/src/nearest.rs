//! Suggestions for a name that does not exist.

/// How many suggestions a user is given.
const SUGGESTIONS: usize = 3;

/// Names longer than this, in characters, are neither compared nor suggested: the comparison is quadratic in the
/// length, and no valid name of Kubernetes is longer.
const LONGEST_NAME: usize = 253;

/// The known names nearest to `wanted` by edit distance (a swap of two neighbours counts once), best first, at most
/// three, each once. Names equally far are in alphabetical order.
///
/// Nothing is suggested for a name longer than 253 characters.
pub fn nearest<'a>(wanted: &str, known: impl Iterator<Item = &'a str>) -> Vec<String> {
    if !comparable(wanted) {
        return Vec::new();
    }
    let mut names: Vec<(usize, &str)> = known
        .filter(|name| comparable(name))
        .map(|name| (strsim::osa_distance(wanted, name), name))
        .collect();
    names.sort_unstable();
    names.dedup();
    names
        .into_iter()
        .take(SUGGESTIONS)
        .map(|(_, name)| name.to_owned())
        .collect()
}

/// How many edits make a word of this list another one that a user means as well.
const TYPO_EDITS: usize = 2;

/// Whether the word differs from one of these by a typo: at most two edits.
pub(crate) fn is_misspelled(word: &str, known: &[&str]) -> bool {
    let is_near = |name: &&str| strsim::osa_distance(word, name) <= TYPO_EDITS;
    comparable(word) && !known.contains(&word) && known.iter().any(is_near)
}

fn comparable(name: &str) -> bool {
    name.chars().nth(LONGEST_NAME).is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_three_nearest_names_come_best_first_and_once() {
        let known = ["redis", "mysql-2", "mysql", "web", "mysql", "pgsql"];
        assert_eq!(
            nearest("mysqll", known.into_iter()),
            ["mysql", "mysql-2", "pgsql"]
        );
    }

    #[test]
    fn names_equally_far_come_in_alphabetical_order() {
        assert_eq!(
            nearest("a", ["d", "b", "c", "e"].into_iter()),
            ["b", "c", "d"]
        );
    }

    #[test]
    fn a_swap_of_two_neighbours_counts_once() {
        assert_eq!(
            nearest("rdeis", ["rdxxs", "redis"].into_iter()),
            ["redis", "rdxxs"]
        );
    }

    #[test]
    fn nothing_is_suggested_when_nothing_is_known() {
        assert_eq!(nearest("web", std::iter::empty()), Vec::<String>::new());
    }

    #[test]
    fn overlong_names_are_neither_compared_nor_suggested() {
        let (longest, overlong) = ("x".repeat(253), "x".repeat(254));
        assert_eq!(
            nearest(&longest, [longest.as_str(), overlong.as_str()].into_iter()),
            [longest.as_str()]
        );
        assert_eq!(
            nearest(&overlong, [longest.as_str()].into_iter()),
            Vec::<String>::new()
        );
    }
}

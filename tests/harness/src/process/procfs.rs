//! Reads `/proc/<pid>/stat`.

use std::fs;

/// What the harness needs from `proc_pid_stat(5)`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Stat {
    /// Field 3: one letter.
    pub(crate) state: char,
    /// Field 22: clock ticks after boot.
    pub(crate) started: u64,
}

/// Whether the process with this id and this start time runs; a zombie does not.
pub fn is_alive(pid: u32, started: u64) -> bool {
    stat(pid).is_some_and(|stat| stat.started == started && !matches!(stat.state, 'Z' | 'X'))
}

/// Reads the state of a process, or `None` when there is none with this id.
pub(crate) fn stat(pid: u32) -> Option<Stat> {
    parse(&fs::read_to_string(format!("/proc/{pid}/stat")).ok()?)
}

/// The second field is the command in parentheses and may itself contain blanks and parentheses.
fn parse(line: &str) -> Option<Stat> {
    let (_, rest) = line.rsplit_once(") ")?;
    let mut fields = rest.split(' ');
    let state = fields.next()?.chars().next()?;
    let started = fields.nth(18)?.parse().ok()?;
    Some(Stat { state, started })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_with_blanks_and_parentheses_does_not_shift_the_fields() {
        let line = "42 (a) b (c) S 1 42 42 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 1 0 98765 1000 200";
        assert_eq!(
            parse(line),
            Some(Stat {
                state: 'S',
                started: 98765
            })
        );
    }

    #[test]
    fn a_truncated_line_is_no_process() {
        assert_eq!(parse("42 (a) S 1 2 3"), None);
        assert_eq!(parse(""), None);
    }

    #[test]
    fn this_process_is_alive_and_its_id_with_another_start_time_is_not() {
        let own = std::process::id();
        let started = stat(own).unwrap().started;
        assert!(is_alive(own, started));
        assert!(!is_alive(own, started + 1));
    }
}

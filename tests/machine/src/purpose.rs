//! The commands that have prerequisites.

/// A command, or a group of commands with the same prerequisites.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// `cargo xtask demo`, and everything else that runs the cluster of this machine.
    Demo,
    /// `cargo xtask demo --cluster current`: a cluster of the user's own.
    Current,
    /// `cargo xtask test`
    Test,
    /// A command that only compiles this repository.
    Compile,
}

impl Purpose {
    /// The purpose of `cargo xtask ARGUMENTS`, or `None` for a command without prerequisites of its own.
    pub fn of(arguments: &[String]) -> Option<Self> {
        let asks_for_help = arguments
            .iter()
            .any(|argument| argument == "--help" || argument == "-h");
        if asks_for_help {
            return None;
        }
        let mut words = arguments.iter().map(String::as_str);
        match words.next()? {
            "demo" => {
                let current = arguments.iter().any(|argument| argument == "--cluster=current")
                    || arguments
                        .windows(2)
                        .any(|pair| matches!(pair, [option, value] if option == "--cluster" && value == "current"));
                Some(if current { Self::Current } else { Self::Demo })
            }
            "install" | "tools" | "bench" => Some(Self::Demo),
            "cluster" => (words.next() == Some("up")).then_some(Self::Demo),
            "test" => Some(Self::Test),
            "release" => Some(Self::Compile),
            _ => None,
        }
    }

    /// The purpose that `cargo xtask doctor [NAME]` names.
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "demo" => Some(Self::Demo),
            "test" => Some(Self::Test),
            _ => None,
        }
    }

    pub(crate) fn builds_tools(self) -> bool {
        self != Self::Compile
    }

    pub(crate) fn runs_cluster(self) -> bool {
        matches!(self, Self::Demo | Self::Test)
    }
}

#[cfg(test)]
mod tests {
    use super::Purpose;

    #[test]
    fn the_purpose_follows_from_the_words_of_the_command() {
        let of = |line: &str| {
            let words: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
            Purpose::of(&words)
        };
        assert_eq!(of("demo --keep"), Some(Purpose::Demo));
        assert_eq!(of("demo --cluster current"), Some(Purpose::Current));
        assert_eq!(of("demo --cluster=current"), Some(Purpose::Current));
        assert_eq!(of("test --only unit"), Some(Purpose::Test));
        assert_eq!(of("cluster up"), Some(Purpose::Demo));
        for without in ["", "cluster down", "crds", "demo --help", "unknown"] {
            assert_eq!(of(without), None, "{without}");
        }
    }
}

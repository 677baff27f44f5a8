//! What can be wrong with a graph.

use std::fmt;

/// Everything that is wrong with a graph: never empty.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct GraphError {
    faults: Vec<Fault>,
}

impl GraphError {
    /// An error, if there are faults.
    pub(super) fn unless_empty(faults: Vec<Fault>) -> Result<(), Self> {
        if faults.is_empty() {
            Ok(())
        } else {
            Err(Self { faults })
        }
    }

    /// What is wrong: duplicates first, then unknown names, then cycles, each in the order of declaration.
    pub fn faults(&self) -> &[Fault] {
        &self.faults
    }
}

impl fmt::Display for GraphError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, fault) in self.faults.iter().enumerate() {
            let separator = if position == 0 { "" } else { "; " };
            write!(f, "{separator}{fault}")?;
        }
        Ok(())
    }
}

/// One thing that is wrong with a graph.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// More than one node has this name. Reported once for each name.
    #[error("`{name}` is declared more than once: give each its own name")]
    Duplicate {
        /// The name.
        name: String,
    },
    /// A node depends on a name that does not exist.
    #[error(
        "`{from}` depends on `{name}`, which does not exist{}",
        nearest_names(nearest)
    )]
    Unknown {
        /// The node with the dependency.
        from: String,
        /// The name that does not exist.
        name: String,
        /// Names that exist and are nearest to it, best first.
        nearest: Vec<String>,
    },
    /// Nodes wait for each other for ever.
    #[error("dependencies form a cycle, {}: remove one of them", path.join(" → "))]
    Cycle {
        /// Each name depends on the next; the last is the first again.
        path: Vec<String>,
    },
}

/// The end of a sentence about a name that does not exist.
pub(crate) fn nearest_names(nearest: &[String]) -> String {
    if nearest.is_empty() {
        return String::new();
    }
    let quoted: Vec<String> = nearest.iter().map(|name| format!("`{name}`")).collect();
    format!("; nearest: {}", quoted.join(", "))
}

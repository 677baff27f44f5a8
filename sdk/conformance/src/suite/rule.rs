//! A rule: its outcome, and the table that names it.

use std::pin::Pin;

use maquette_host::{CallError, NotExported, PluginError};

/// Why a rule is not kept.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The plugin breaks it.
    Broken(String),
    /// The kit lacks what it takes to show it.
    NotShown(String),
    /// The plugin's manifest says that it lacks the function.
    Lacking(String),
}

/// What the host answers for a function that the manifest lacks.
const LACKS: &str = "the plugin has no `";

pub(crate) type Outcome = Result<(), Failure>;

impl From<CallError> for Failure {
    fn from(error: CallError) -> Self {
        if let CallError::Plugin(PluginError::Unsupported(text)) = &error
            && text.starts_with(LACKS)
        {
            return Self::Lacking(text.clone());
        }
        Self::Broken(format!("a call failed that should have succeeded: {error}"))
    }
}

impl From<NotExported> for Failure {
    fn from(error: NotExported) -> Self {
        Self::Broken(error.to_string())
    }
}

/// Ends a rule as broken unless the condition holds.
macro_rules! keep {
    ($condition:expr, $($text:tt)+) => {
        if !$condition {
            return Err($crate::suite::Failure::Broken(format!($($text)+)));
        }
    };
}
pub(crate) use keep;

/// A rule: its name and what shows that it is kept.
pub(crate) struct Rule<B> {
    pub(crate) name: &'static str,
    pub(crate) check: Check<B>,
}

type Check<B> = for<'a> fn(&'a B) -> Pin<Box<dyn Future<Output = Outcome> + Send + 'a>>;

/// Rules by the functions that show them.
macro_rules! rule_table {
    ($bench:ty: $($module:ident :: $rule:ident),+ $(,)?) => {
        [$($crate::suite::Rule::<$bench> {
            name: stringify!($rule),
            check: |bench| Box::pin($module::$rule(bench)),
        }),+]
    };
}
pub(crate) use rule_table;

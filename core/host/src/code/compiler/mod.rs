//! Compilation within bounds: in a process of its own (`parent` starts it, `child` is what it runs), because a
//! compilation in this one could be neither ended nor kept from its memory.

mod child;
mod parent;

use std::{ffi::OsString, path::PathBuf, time::Duration};

pub use child::compile_plugin;
pub(crate) use parent::compile;

/// Where components are compiled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Compiler {
    /// In this process. Time is bounded, but a compilation that takes too long goes on; memory is not bounded. For tools
    /// whose user has the component from themselves.
    Here,
    /// In a process of its own with bounded memory and time, which is ended when it takes too long.
    Process {
        /// The program, which hands over to [`compile_plugin`].
        program: PathBuf,
        /// What stands in front of the arguments that the host adds.
        arguments: Vec<OsString>,
    },
}

impl Compiler {
    /// The argument by which a program hands over to [`compile_plugin`].
    pub const ARGUMENT: &str = "compile-plugin";

    /// The program that runs now, started again with [`Compiler::ARGUMENT`]. Its file may have been replaced meanwhile.
    pub fn this_program() -> Self {
        Self::Process {
            program: PathBuf::from("/proc/self/exe"),
            arguments: vec![Self::ARGUMENT.into()],
        }
    }
}

/// What compiling one component may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CompileCaps {
    /// Time until the end, waiting for another compilation not included.
    pub timeout: Duration,
    /// Processor time, rounded up to whole seconds.
    pub cpu_time: Duration,
    /// Memory beside what an idle compiler has, in bytes.
    pub memory_bytes: u64,
    /// The compiled code, in bytes.
    pub code_bytes: usize,
}

impl Default for CompileCaps {
    fn default() -> Self {
        Self {
            timeout: Duration::from_mins(1),
            cpu_time: Duration::from_mins(1),
            memory_bytes: 1 << 30,
            code_bytes: 256 << 20,
        }
    }
}

/// Why a component was not compiled.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum CompileError {
    /// The compiler says so, in one line.
    #[error("{0}")]
    Refused(String),
    #[error("it takes longer than {} s", .0.as_secs())]
    Timeout(Duration),
    #[error("it takes more than {} MiB of memory", .0 >> 20)]
    Memory(u64),
    #[error("its machine code is larger than {} MiB", .0 >> 20)]
    Code(usize),
    /// The compiler's process did not come to its end.
    #[error("the compiler's process ended: {0}")]
    Died(String),
}

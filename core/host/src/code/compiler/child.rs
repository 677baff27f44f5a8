use std::{
    fs,
    io::{self, Read as _, Write as _},
    process::ExitCode,
};

use rustix::process::{Resource, Rlimit, Signal};

use crate::code;

/// What this process adds to its niceness: a compilation is never urgent.
const NICENESS: i32 = 10;
/// The longest component that is read, in bytes: more than any pull lets through.
const COMPONENT_BYTES: u64 = 1 << 30;

/// The whole of a compiler's process: takes a component from the standard input and gives its machine code on the
/// standard output; where there is none, one line on the standard error.
///
/// A program calls it, before anything else, when its first argument is [`Compiler::ARGUMENT`](super::Compiler), with
/// the arguments after that: bytes of memory, and seconds of processor time.
pub fn compile_plugin(mut arguments: impl Iterator<Item = String>) -> ExitCode {
    let limits = arguments.next().zip(arguments.next());
    let limits = limits.and_then(|(memory, time)| memory.parse().ok().zip(time.parse().ok()));
    let Some((memory_bytes, seconds)) = limits else {
        let _ = writeln!(
            io::stderr(),
            "usage: {} MEMORY-BYTES PROCESSOR-SECONDS, with a component on the standard input; \
             the plugin host starts it by itself",
            super::Compiler::ARGUMENT
        );
        return ExitCode::from(2);
    };
    match work(memory_bytes, seconds) {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            let _ = writeln!(io::stderr(), "{problem}");
            ExitCode::FAILURE
        }
    }
}

fn work(memory_bytes: u64, seconds: u64) -> Result<(), String> {
    // Address space that the engine sets aside is no memory; so the engine is made first, and counted out.
    let engine = code::engine(1).map_err(|error| code::shorten(&error))?;
    confine(memory_bytes, seconds).map_err(|error| format!("no limits can be set: {error}"))?;
    let mut wasm = Vec::new();
    io::stdin()
        .lock()
        .take(COMPONENT_BYTES)
        .read_to_end(&mut wasm)
        .map_err(|error| format!("the component cannot be read: {error}"))?;
    let machine_code = engine
        .precompile_component(&wasm)
        .map_err(|error| code::shorten(&error))?;
    io::stdout()
        .lock()
        .write_all(&machine_code)
        .map_err(|error| format!("the machine code cannot be handed over: {error}"))
}

/// From here on no files, no core dump, little memory and time; and the first to go when memory is short.
fn confine(memory_bytes: u64, seconds: u64) -> io::Result<()> {
    let limit = |resource, most: u64| {
        rustix::process::setrlimit(
            resource,
            Rlimit {
                current: Some(most),
                maximum: Some(most),
            },
        )
    };
    limit(Resource::Core, 0)?;
    limit(Resource::Fsize, 0)?;
    limit(Resource::Cpu, seconds)?;
    limit(Resource::As, address_space()?.saturating_add(memory_bytes))?;
    // What cannot be asked for does not make the bounds above weaker.
    let _ = rustix::process::set_parent_process_death_signal(Some(Signal::KILL));
    let _ = rustix::process::nice(NICENESS);
    let _ = fs::write("/proc/self/oom_score_adj", "1000");
    Ok(())
}

/// Bytes of address space that this process has (proc(5), `statm`).
fn address_space() -> io::Result<u64> {
    let text = fs::read_to_string("/proc/self/statm")?;
    let pages = text.split(' ').next().and_then(|pages| pages.parse().ok());
    let pages: u64 = pages.ok_or(io::ErrorKind::InvalidData)?;
    Ok(pages.saturating_mul(rustix::param::page_size() as u64))
}

use std::{
    ffi::OsString,
    os::unix::process::ExitStatusExt as _,
    path::Path,
    process::{ExitStatus, Stdio},
    time::Duration,
};

use rustix::process::Signal;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    process::{Child, Command},
    time::timeout,
};

use super::{CompileCaps, CompileError};

/// What is read of the compiler's last words, in bytes.
const WORDS: u64 = 4 << 10;
/// What the standard library says before it ends a process that got no memory.
const OUT_OF_MEMORY: &str = "memory allocation of";

/// Compiles in a process of its own. The machine code has `room` empty bytes in front. Dropping the future ends the process.
pub(crate) async fn compile(
    program: &Path,
    arguments: &[OsString],
    caps: CompileCaps,
    wasm: &[u8],
    room: usize,
) -> Result<Vec<u8>, CompileError> {
    let died = |error: std::io::Error| CompileError::Died(error.to_string());
    let mut child = Command::new(program)
        .args(arguments)
        .arg(caps.memory_bytes.to_string())
        .arg(whole_seconds(caps.cpu_time).to_string())
        .env_clear()
        .current_dir("/")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .map_err(died)?;
    let ended = timeout(caps.timeout, converse(&mut child, caps, wasm, room)).await;
    let Ok(ended) = ended else {
        // Waiting leaves no process behind, whatever becomes of it.
        let _ = child.kill().await;
        return Err(CompileError::Timeout(caps.timeout));
    };
    let (status, code, words) = match ended {
        Ok(ended) => ended,
        Err(error) => {
            let _ = child.kill().await;
            return Err(error);
        }
    };
    if status.success() {
        return Ok(code);
    }
    Err(explain(status, &words, caps))
}

/// Gives the component, and takes what comes until the end of the process.
async fn converse(
    child: &mut Child,
    caps: CompileCaps,
    wasm: &[u8],
    room: usize,
) -> Result<(ExitStatus, Vec<u8>, String), CompileError> {
    let died = |error: std::io::Error| CompileError::Died(error.to_string());
    let (Some(mut input), Some(output), Some(words)) =
        (child.stdin.take(), child.stdout.take(), child.stderr.take())
    else {
        return Err(CompileError::Died("it has no pipes".to_owned()));
    };
    let give = async {
        // A compiler that ends early says why on its own; the broken pipe tells nothing more.
        let _ = input.write_all(wasm).await;
        drop(input);
        Ok(())
    };
    let take = async {
        let mut code = vec![0; room];
        let most = caps.code_bytes.saturating_add(room);
        let mut limited = output.take(caps.code_bytes as u64 + 1);
        limited.read_to_end(&mut code).await.map_err(died)?;
        if code.len() > most {
            return Err(CompileError::Code(caps.code_bytes));
        }
        Ok(code)
    };
    let listen = async {
        let mut text = Vec::new();
        let mut limited = words.take(WORDS);
        let _ = limited.read_to_end(&mut text).await;
        // Reads on, so that nobody who talks too much waits for a listener.
        let _ = tokio::io::copy(limited.get_mut(), &mut tokio::io::sink()).await;
        Ok(String::from_utf8_lossy(&text).into_owned())
    };
    let ((), code, words) = tokio::try_join!(give, take, listen)?;
    let status = child.wait().await.map_err(died)?;
    Ok((status, code, words))
}

fn explain(status: ExitStatus, words: &str, caps: CompileCaps) -> CompileError {
    let words = words.trim();
    if words.contains(OUT_OF_MEMORY) || words.contains("Cannot allocate memory") {
        return CompileError::Memory(caps.memory_bytes);
    }
    match status.signal() {
        Some(signal) if signal == Signal::XCPU.as_raw() || signal == Signal::KILL.as_raw() => {
            CompileError::Timeout(caps.cpu_time)
        }
        Some(signal) => CompileError::Died(format!("signal {signal}: {words}")),
        None => CompileError::Refused(words.replace('\n', " ")),
    }
}

fn whole_seconds(time: Duration) -> u64 {
    time.as_secs() + u64::from(time.subsec_nanos() > 0)
}

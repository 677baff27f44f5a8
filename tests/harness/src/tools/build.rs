//! Builds one program with Go, or unpacks a module whose own build needs its folder.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::{Tool, ToolError};
use crate::command;
use crate::paths;
use crate::progress::Progress;

/// Builds a program unless it is there. Two commands that want the same one wait for each other.
pub(super) fn ensure(tool: Tool, progress: &Progress) -> Result<(), ToolError> {
    let target = tool.place()?;
    if target.is_file() {
        return Ok(());
    }
    find_go()?;
    let folder = parent(&target)?;
    let _lock = lock(&folder)?;
    if target.is_file() {
        return Ok(());
    }
    let version = tool.version()?;
    let _step = progress.during(format_args!(
        "building {} {version} (once; kept in {})",
        tool.binary(),
        folder.display()
    ));
    let temporary = folder.join(format!("{}.new", tool.binary()));
    let mut go = Command::new("go");
    go.current_dir(build_folder(tool, &version)?)
        .env("CGO_ENABLED", "0")
        .args([
            "build",
            "-trimpath",
            "-ldflags",
            &linker_flags(tool, &version),
            "-o",
        ])
        .arg(&temporary)
        .arg(tool.source().package);
    command::output(&mut go, None)?;
    fs::rename(&temporary, &target).map_err(|source| file(&target, source))
}

/// Downloads a module, checked against the committed `go.sum`, and copies it to a folder that can be written to.
pub(super) fn unpack(
    family: &str,
    module: &str,
    version: &str,
    target: &Path,
) -> Result<(), ToolError> {
    if target.is_dir() {
        return Ok(());
    }
    find_go()?;
    let _lock = lock(target)?;
    if target.is_dir() {
        return Ok(());
    }
    let mut go = Command::new("go");
    go.current_dir(paths::tool_sources(family))
        .args(["mod", "download", "-json"])
        .arg(format!("{module}@v{version}"));
    let described = command::output(&mut go, None)?;
    let source = serde_json::from_str::<serde_json::Value>(&described)
        .ok()
        .and_then(|value| value.get("Dir")?.as_str().map(PathBuf::from))
        .ok_or_else(|| ToolError::NoModuleFolder(format!("{module}@v{version}")))?;
    let temporary = beside(target, "new");
    if temporary.exists() {
        fs::remove_dir_all(&temporary).map_err(|source| file(&temporary, source))?;
    }
    copy_tree(&source, &temporary).map_err(|source| file(&temporary, source))?;
    fs::rename(&temporary, target).map_err(|source| file(target, source))
}

/// The modules of Traefik and frp replace some of their dependencies, which only holds when they are the main module.
fn build_folder(tool: Tool, version: &str) -> Result<PathBuf, ToolError> {
    let source = tool.source();
    if !matches!(tool, Tool::Traefik | Tool::Frps | Tool::Frpc) {
        return Ok(paths::tool_sources(source.family));
    }
    let folder = paths::cache()
        .join("src")
        .join(format!("{}-{version}", source.family));
    unpack(source.family, source.module, version, &folder)?;
    Ok(folder)
}

fn linker_flags(tool: Tool, version: &str) -> String {
    if tool.source().family != "kubernetes" {
        return "-s -w".to_owned();
    }
    let (major, minor) = version.split_once('.').unwrap_or((version, "0"));
    let minor = minor.split('.').next().unwrap_or("0");
    let set = "-X k8s.io/component-base/version.git";
    format!("-s -w {set}Version=v{version} {set}Major={major} {set}Minor={minor}")
}

fn find_go() -> Result<(), ToolError> {
    let found = Command::new("go")
        .arg("version")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    found.map(drop).map_err(ToolError::NoGo)
}

/// An exclusive lock beside `folder`, held until the value is dropped and released by the kernel if the process dies.
fn lock(folder: &Path) -> Result<File, ToolError> {
    let path = beside(folder, "lock");
    fs::create_dir_all(parent(&path)?).map_err(|source| file(&path, source))?;
    let lock = File::create(&path).map_err(|source| file(&path, source))?;
    lock.lock().map_err(|source| file(&path, source))?;
    Ok(lock)
}

/// `etcd-3.6.5` and `lock` make `etcd-3.6.5.lock`; a version's last number is no file extension.
fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".");
    name.push(suffix);
    path.with_file_name(name)
}

fn parent(path: &Path) -> Result<PathBuf, ToolError> {
    let folder = path.parent().unwrap_or(path);
    fs::create_dir_all(folder).map_err(|source| file(folder, source))?;
    Ok(folder.to_owned())
}

/// Copies contents without the module cache's read-only modes.
fn copy_tree(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy_tree(&entry.path(), &target)?;
        } else {
            fs::write(target, fs::read(entry.path())?)?;
        }
    }
    Ok(())
}

fn file(path: &Path, source: io::Error) -> ToolError {
    ToolError::File {
        path: path.to_owned(),
        source,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lock_keeps_the_whole_version_in_its_name() {
        assert_eq!(
            beside(Path::new("/c/etcd-3.6.5"), "lock"),
            PathBuf::from("/c/etcd-3.6.5.lock")
        );
    }

    #[test]
    fn kubernetes_programs_are_told_their_version() {
        assert_eq!(
            linker_flags(Tool::Kubelet, "1.34.1"),
            "-s -w -X k8s.io/component-base/version.gitVersion=v1.34.1 -X k8s.io/component-base/version.gitMajor=1 -X k8s.io/component-base/version.gitMinor=34"
        );
        assert_eq!(linker_flags(Tool::Etcd, "3.6.5"), "-s -w");
    }
}

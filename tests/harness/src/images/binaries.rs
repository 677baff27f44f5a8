//! Images of programs that are installed on this machine, with the libraries that they load.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::{Image, ImageConfig, ImageError, Layer};
use crate::command::{self, CommandError};

/// An image with one program, its libraries, `/tmp`, and an unprivileged user that it runs as.
pub fn from_binary_with_libs(binary: &Path) -> Result<Image, ImageError> {
    let mut image = from_binaries_with_libs(&[binary])?;
    image.config.entrypoint = vec![binary.display().to_string()];
    Ok(image)
}

/// The same with the program at another path than it has on this machine.
pub fn from_binary_with_libs_at(binary: &Path, path: &str) -> Result<Image, ImageError> {
    let mut layer = base()?.copy(binary, path, 0o755)?;
    for file in libraries(binary)? {
        layer = layer.copy(&file, &file.display().to_string(), 0o755)?;
    }
    Ok(Image::new(
        layer,
        ImageConfig {
            entrypoint: vec![path.to_owned()],
            ..unprivileged()
        },
    ))
}

/// An image with several programs at their paths on this machine, the libraries that they load, `/tmp`, and an unprivileged
/// user. It has no entry point.
pub fn from_binaries_with_libs(binaries: &[&Path]) -> Result<Image, ImageError> {
    let mut files = BTreeSet::new();
    for binary in binaries {
        files.insert(binary.to_path_buf());
        files.extend(libraries(binary)?);
    }
    let mut layer = base()?;
    for file in files {
        layer = layer.copy(&file, &file.display().to_string(), 0o755)?;
    }
    Ok(Image::new(layer, unprivileged()))
}

/// What every image has.
fn base() -> Result<Layer, ImageError> {
    Layer::new()
        .folder("/tmp", 0o1777)?
        .file(
            "/etc/passwd",
            0o644,
            "root:x:0:0::/:/bin/sh\nnonroot:x:65532:65532::/tmp:/bin/sh\n",
        )?
        .file("/etc/group", 0o644, "root:x:0:\nnonroot:x:65532:\n")
}

fn unprivileged() -> ImageConfig {
    ImageConfig {
        user: Some("65532:65532".into()),
        env: vec![PATH.into()],
        ..ImageConfig::default()
    }
}

const PATH: &str = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/// A real redis from Debian's package: `redis-server` on port 6379 of all addresses, keeping its data in memory, and `redis-cli`.
pub fn redis() -> Result<Image, ImageError> {
    let mut image = from_binaries_with_libs(&[
        Path::new("/usr/bin/redis-server"),
        Path::new("/usr/bin/redis-cli"),
    ])?;
    image.layers = image
        .layers
        .into_iter()
        .map(|layer| layer.folder("/data", 0o1777))
        .collect::<Result<_, _>>()?;
    image.config.working_dir = Some("/data".into());
    image.config.entrypoint = vec!["/usr/bin/redis-server".into()];
    image.config.cmd = [
        "--bind",
        "0.0.0.0",
        "--protected-mode",
        "no",
        "--save",
        "",
        "--appendonly",
        "no",
    ]
    .map(str::to_owned)
    .to_vec();
    Ok(image)
}

/// What `ldd` lists; nothing for a static program, on which it fails.
fn libraries(binary: &Path) -> Result<Vec<PathBuf>, ImageError> {
    match command::run("ldd", [binary]) {
        Ok(listing) => Ok(listed(&listing)),
        Err(CommandError::Failed { stderr, .. }) if stderr.contains("not a dynamic executable") => {
            Ok(Vec::new())
        }
        Err(error) => Err(error.into()),
    }
}

/// `libc.so.6 => /lib/… (0x…)` and `/lib64/ld-linux-x86-64.so.2 (0x…)`; `linux-vdso.so.1` is the kernel's and no file.
fn listed(listing: &str) -> Vec<PathBuf> {
    let paths = listing.lines().filter_map(|line| {
        let target = line.split_once("=>").map_or(line, |(_, target)| target);
        target
            .split_whitespace()
            .next()
            .filter(|path| path.starts_with('/'))
    });
    paths.map(PathBuf::from).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn libraries_and_the_loader_are_taken_from_the_listing_and_the_kernels_part_is_not() {
        let listing = "\tlinux-vdso.so.1 (0x00007ffd)\n\tlibm.so.6 => /lib/x86_64-linux-gnu/libm.so.6 (0x00007f3c)\n\t/lib64/ld-linux-x86-64.so.2 (0x00007f3d)\n";
        assert_eq!(
            listed(listing),
            [
                PathBuf::from("/lib/x86_64-linux-gnu/libm.so.6"),
                PathBuf::from("/lib64/ld-linux-x86-64.so.2")
            ]
        );
    }

    #[test]
    fn an_image_of_a_shell_has_its_c_library() {
        let image = from_binary_with_libs(Path::new("/bin/sh")).unwrap();
        assert_eq!(image.config.entrypoint, ["/bin/sh"]);
        let bytes = image.layers[0].archive().unwrap();
        let mut archive = tar::Archive::new(bytes.as_slice());
        let names: Vec<String> = archive
            .entries()
            .unwrap()
            .map(|entry| entry.unwrap().path().unwrap().display().to_string())
            .collect();
        assert!(
            names.contains(&"bin/sh".to_owned())
                && names.iter().any(|name| name.contains("libc.so")),
            "{names:?}"
        );
    }
}

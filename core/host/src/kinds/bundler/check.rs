//! What the host itself knows of workers and of their image. Pure.

use serde::de::IgnoredAny;

use super::{Blob, Blobs, Content, Image, ModuleType, Target, Worker};
use crate::{
    call::{CallError, PluginError},
    kinds::{
        check::{absolute_path, relative_path, unique},
        client::unusable,
    },
};

const FUNCTION: &str = "bundle";

/// Every blob is there and what it is said to be; texts of JSON are JSON.
pub(super) fn workers(workers: &[Worker], blobs: &Blobs) -> Result<(), CallError> {
    for (at, worker) in workers.iter().enumerate() {
        let path = format!("workers[{at}]");
        json(worker.metadata.as_bytes(), &format!("{path}.metadata"))?;
        for (at, module) in worker.modules.iter().enumerate() {
            let path = format!("{path}.modules[{at}].content");
            let octets = held(blobs, &module.content, &path)?;
            match module.kind {
                ModuleType::Json => json(octets, &path)?,
                ModuleType::Wasm => wasm(octets, &path)?,
                _ => {}
            }
        }
        for (at, asset) in worker.assets.iter().enumerate() {
            held(
                blobs,
                &asset.content,
                &format!("{path}.assets[{at}].content"),
            )?;
        }
        for (at, binding) in worker.bindings.iter().enumerate() {
            let path = format!("{path}.bindings[{at}].target");
            match &binding.target {
                Target::Json(text) => json(text.as_bytes(), &path)?,
                Target::Other(other) => json(other.json.as_bytes(), &path)?,
                Target::Worker(worker) => {
                    let props = worker.props.as_ref();
                    props.map_or(Ok(()), |props| json(props.as_bytes(), &path))?;
                }
                Target::Data(blob) => {
                    held(blobs, blob, &path)?;
                }
                Target::Wasm(blob) => wasm(held(blobs, blob, &path)?, &path)?,
                _ => {}
            }
        }
    }
    Ok(())
}

/// An image that can be written and run.
pub(super) fn image(image: &Image, workers: &[Worker], blobs: &Blobs) -> Result<(), CallError> {
    if image.base.is_empty() || image.base.contains(char::is_whitespace) {
        return Err(unusable(FUNCTION, format!("`{}` is no image", image.base)));
    }
    for layer in &image.layers {
        let paths = || layer.iter().map(|file| file.path.as_str());
        paths().try_for_each(|path| relative_path(FUNCTION, path))?;
        unique(FUNCTION, "the file", paths())?;
        for file in layer {
            if let Content::Blob(digest) = &file.content
                && blobs.octets(digest).is_none()
            {
                let text = format!(
                    "`{}` is the blob {digest}, which no argument names",
                    file.path
                );
                return Err(unusable(FUNCTION, text));
            }
        }
    }
    for port in &image.ports {
        let is_there = |name: &String| workers.iter().any(|worker| worker.name == *name);
        if port.number < 1024 {
            let text = format!("{} is no port of 1024 or more", port.number);
            return Err(unusable(FUNCTION, text));
        }
        if !port.worker.as_ref().is_none_or(is_there) {
            let text = format!("the port {} is one of an unknown worker", port.number);
            return Err(unusable(FUNCTION, text));
        }
    }
    let ports: Vec<String> = image
        .ports
        .iter()
        .map(|port| port.number.to_string())
        .collect();
    unique(FUNCTION, "the port", ports.iter().map(String::as_str))?;
    let volumes = || image.volumes.iter().map(|volume| volume.path.as_str());
    volumes().try_for_each(|path| absolute_path(FUNCTION, path))?;
    unique(FUNCTION, "the volume", volumes())?;
    image
        .ready
        .iter()
        .try_for_each(|path| absolute_path(FUNCTION, path))
}

fn held<'a>(blobs: &'a Blobs, blob: &Blob, path: &str) -> Result<&'a [u8], CallError> {
    let octets = blobs.octets(&blob.digest);
    let octets = octets.filter(|octets| octets.len() as u64 == blob.size);
    octets.ok_or_else(|| {
        invalid(
            path,
            format!("nothing of this size has the digest {}", blob.digest),
        )
    })
}

fn json(octets: &[u8], path: &str) -> Result<(), CallError> {
    let parsed: Result<IgnoredAny, _> = serde_json::from_slice(octets);
    parsed
        .map(drop)
        .map_err(|error| invalid(path, format!("it is no JSON: {error}")))
}

/// The magic number and version of a core module (WebAssembly core specification, section 5.5.16).
fn wasm(octets: &[u8], path: &str) -> Result<(), CallError> {
    if octets.starts_with(b"\0asm\x01\0\0\0") {
        Ok(())
    } else {
        Err(invalid(
            path,
            "it is no core module of WebAssembly".to_owned(),
        ))
    }
}

fn invalid(path: &str, message: String) -> CallError {
    PluginError::Invalid {
        path: path.to_owned(),
        message,
    }
    .into()
}

//! The manifests of `examples/`, with the addresses of the cluster that they are applied to.

use std::path::Path;

use anyhow::{Context, Result};
use kube::api::DynamicObject;
use maquette_harness::cluster::IMAGE_HOST;
use serde_json::{Value, json};

use super::objects::read;
use crate::root::root;
use crate::stage::Stage;

/// Plugin, Secret and Provider.
pub(crate) fn provider(stage: &Stage, file: Option<&Path>) -> Result<Vec<DynamicObject>> {
    let folder = root().join("examples/powerdns");
    let mut objects = read(&folder.join("plugin.yaml"))?;
    for plugin in &mut objects {
        set(plugin, "/spec/image", json!(stage.plugin_image()))?;
        if let Some(spec) = plugin
            .data
            .pointer_mut("/spec")
            .and_then(Value::as_object_mut)
        {
            // A tag is resolved once; what was just built has a new digest behind the old tag.
            spec.remove("version");
            spec.insert("digest".to_owned(), json!(stage.plugin_digest()));
        }
    }
    if let Some(file) = file {
        objects.extend(read(file)?);
        return Ok(objects);
    }
    let pdns = stage.pdns().context(
        "the provider's manifests are needed: pass --provider-file with a Provider named corp-dns and its Secret, \
         as in examples/powerdns/provider.yaml and secret.yaml",
    )?;
    let mut secrets = read(&folder.join("secret.yaml"))?;
    for secret in &mut secrets {
        set(secret, "/stringData/api-key", json!(pdns.api_key))?;
    }
    let mut providers = read(&folder.join("provider.yaml"))?;
    for provider in &mut providers {
        set(provider, "/spec/config/url", json!(pdns.api_url))?;
        set(provider, "/spec/egress", json!([pdns.api_url]))?;
    }
    objects.extend(secrets.into_iter().chain(providers));
    Ok(objects)
}

/// Namespace and Workspace.
pub(crate) fn shop(stage: &Stage, file: Option<&Path>) -> Result<Vec<DynamicObject>> {
    let example = root().join("examples/shop/workspace.yaml");
    let mut objects = read(file.unwrap_or(&example))?;
    for object in &mut objects {
        images(&mut object.data, &|image| stage.image(image));
    }
    Ok(objects)
}

fn set(object: &mut DynamicObject, pointer: &str, value: Value) -> Result<()> {
    *object
        .data
        .pointer_mut(pointer)
        .with_context(|| format!("the example has no {pointer}"))? = value;
    Ok(())
}

/// Images of the examples' host come from the registry that the demo pushed to.
fn images(value: &mut Value, place: &impl Fn(&str) -> String) {
    match value {
        Value::Object(fields) => {
            for (name, field) in fields {
                match field {
                    Value::String(image) if name == "image" => {
                        if let Some(rest) = image
                            .strip_prefix(IMAGE_HOST)
                            .and_then(|rest| rest.strip_prefix('/'))
                        {
                            *image = place(rest);
                        }
                    }
                    field => images(field, place),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| images(item, place)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_images_of_the_examples_host_are_moved() {
        let mut value = json!({"containers": [{"image": "registry.test/redis:7", "env": [{"value": "registry.test/a"}]}, {"image": "nginx"}]});
        images(&mut value, &|rest| format!("r.example/{rest}"));
        assert_eq!(
            value,
            json!({"containers": [{"image": "r.example/redis:7", "env": [{"value": "registry.test/a"}]}, {"image": "nginx"}]})
        );
    }
}

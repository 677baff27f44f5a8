use serde_json::Value;

use super::{App, Assessment};
use crate::{
    call::{Call, CallError},
    kinds::{Client, client::unusable},
};

/// A GitOps engine; see `wit/draft/delivery/delivery.wit` for what each function means. Cheap to clone.
///
/// Every function makes one call of the plugin, in a sandbox of its own, and fails as [`CallError`] says. Dropping the
/// future ends the call.
#[derive(Clone)]
pub struct Delivery(pub(crate) Client);

impl Delivery {
    /// Kubernetes objects that make the engine install the application, each with `apiVersion`, `kind` and name.
    pub async fn render(&self, call: &Call, app: &App) -> Result<Vec<Value>, CallError> {
        let manifests: Vec<String> = self.0.call(call, "render", (app.clone(),)).await?;
        manifests.iter().map(|text| object(text)).collect()
    }

    /// How it is, by these objects as they are now. Missing ones are left out.
    pub async fn assess(
        &self,
        call: &Call,
        app: &App,
        objects: &[Value],
    ) -> Result<Assessment, CallError> {
        let objects: Vec<String> = objects.iter().map(Value::to_string).collect();
        self.0.call(call, "assess", (app.clone(), objects)).await
    }
}

fn object(text: &str) -> Result<Value, CallError> {
    let object: Value = serde_json::from_str(text)
        .map_err(|error| unusable("render", format!("a manifest is no JSON: {error}")))?;
    let has = |pointer: &str| {
        let text = object.pointer(pointer).and_then(Value::as_str);
        text.is_some_and(|text| !text.is_empty())
    };
    match ["/apiVersion", "/kind", "/metadata/name"]
        .into_iter()
        .find(|pointer| !has(pointer))
    {
        Some(missing) => Err(unusable("render", format!("a manifest has no `{missing}`"))),
        None => Ok(object),
    }
}

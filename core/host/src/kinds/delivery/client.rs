use serde_json::Value;

use super::{App, Assessment};
use crate::{
    call::{Call, CallError, PluginError},
    kinds::{Client, client::unusable},
    manifest::ObjectKind,
};

/// A GitOps engine; see `wit/draft/delivery/delivery.wit` for what each function means. Cheap to clone.
///
/// Every function makes one call of the plugin, in a sandbox of its own, and fails as [`CallError`] says. Dropping the
/// future ends the call.
#[derive(Clone)]
pub struct Delivery(pub(crate) Client);

impl Delivery {
    /// Kubernetes objects that make the engine install the application, each with `apiVersion`, `kind` and name: of the kinds that
    /// the manifest declares, and each there once. Values that are no JSON object are refused without a call.
    pub async fn render(&self, call: &Call, app: &App) -> Result<Vec<Value>, CallError> {
        check_values(&app.values)?;
        let texts: Vec<String> = self.0.call(call, "render", (app.clone(),)).await?;
        let declared = &self.0.manifest().objects;
        texts.iter().map(|text| object(text, declared)).collect()
    }

    /// Its state, by these objects as they are now. Absent ones are left out.
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

fn check_values(values: &str) -> Result<(), CallError> {
    let problem = match serde_json::from_str::<Value>(values) {
        Ok(Value::Object(_)) => return Ok(()),
        Ok(_) => "it is no JSON object".to_owned(),
        Err(error) => format!("it is no JSON: {error}"),
    };
    Err(CallError::Plugin(PluginError::Invalid {
        path: "values".to_owned(),
        message: problem,
    }))
}

fn object(text: &str, declared: &[ObjectKind]) -> Result<Value, CallError> {
    let object: Value = serde_json::from_str(text)
        .map_err(|error| unusable("render", format!("a manifest is no JSON: {error}")))?;
    let word = |pointer: &str| {
        let text = object.pointer(pointer).and_then(Value::as_str);
        text.filter(|text| !text.is_empty())
            .ok_or_else(|| unusable("render", format!("a manifest has no `{pointer}`")))
    };
    let (version, kind, _) = (
        word("/apiVersion")?,
        word("/kind")?,
        word("/metadata/name")?,
    );
    let granted = |it: &ObjectKind| it.api_version == version && it.kind == kind;
    if declared.iter().any(granted) {
        Ok(object)
    } else {
        Err(unusable(
            "render",
            format!(
                "the manifest of the plugin does not declare the kind `{kind}` of {version} (`objects`)"
            ),
        ))
    }
}

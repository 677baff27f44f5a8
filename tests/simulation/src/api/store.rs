//! Objects and their history, with the rules of the API server: resource versions, generations, preconditions,
//! finalizers, immutable fields and terminating namespaces.

use super::{
    apply,
    object::{Id, Object, Owner},
    resource::{Resource, table},
};
use jiff::Timestamp;
use maquette_operator::cluster::Kind;
use serde_json::{Map, Value, json};
use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

/// Who made a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Actor {
    /// The user of the script.
    User,
    /// A controller of the cluster.
    Cluster,
    /// An instance of the operator.
    Operator(usize),
}

/// One change of one object.
#[derive(Clone, Debug)]
pub(crate) struct Change {
    pub(crate) version: u64,
    pub(crate) at: tokio::time::Instant,
    pub(crate) before: Option<Arc<Object>>,
    pub(crate) after: Option<Arc<Object>>,
}

/// Why a request has no effect.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refused {
    pub(crate) code: u16,
    pub(crate) reason: &'static str,
    pub(crate) message: String,
    pub(crate) cause: Option<&'static str>,
}

impl Refused {
    pub(crate) fn new(code: u16, reason: &'static str, message: impl Into<String>) -> Self {
        Self {
            code,
            reason,
            message: message.into(),
            cause: None,
        }
    }

    fn conflict(id: &Id, message: &str) -> Self {
        Self::new(409, "Conflict", format!("{id}: {message}"))
    }

    fn invalid(id: &Id, message: &str) -> Self {
        Self::new(422, "Invalid", format!("{id} is invalid: {message}"))
    }

    fn absent(id: &Id) -> Self {
        Self::new(404, "NotFound", format!("{id} not found"))
    }
}

/// What a write is made with.
#[derive(Clone, Debug, Default)]
pub(crate) struct Options {
    pub(crate) manager: String,
    pub(crate) force: bool,
    pub(crate) status: bool,
}

/// An effect that others have to hear of.
pub(crate) type Effect = (Id, Option<Arc<Object>>, Option<Arc<Object>>);

/// The objects of the cluster.
#[derive(Default)]
pub(crate) struct Store {
    objects: BTreeMap<Id, Arc<Object>>,
    /// Changes by resource, in their order.
    pub(crate) log: HashMap<Resource, Vec<Change>>,
    /// Changes up to this version are forgotten.
    pub(crate) compacted: HashMap<Resource, u64>,
    version: u64,
    uids: u64,
    /// Effects that were not handed on yet.
    pub(crate) effects: Vec<Effect>,
    pub(crate) now: Timestamp,
}

impl Store {
    pub(crate) fn version(&self) -> u64 {
        self.version
    }

    pub(crate) fn get(&self, id: &Id) -> Option<&Arc<Object>> {
        self.objects.get(id)
    }

    pub(crate) fn all(&self) -> impl Iterator<Item = (&Id, &Arc<Object>)> {
        self.objects.iter()
    }

    pub(crate) fn of(&self, resource: Resource) -> impl Iterator<Item = (&Id, &Arc<Object>)> {
        let start = Id::new(resource, "", "");
        self.objects
            .range(start..)
            .take_while(move |(id, _)| id.resource == resource)
    }

    pub(crate) fn of_kind(&self, kind: Kind) -> impl Iterator<Item = (&Id, &Arc<Object>)> {
        self.of(super::resource_of(kind))
    }

    /// Creates an object.
    pub(crate) fn create(
        &mut self,
        id: &Id,
        body: Value,
        options: &Options,
    ) -> Result<Arc<Object>, Refused> {
        if self.objects.contains_key(id) {
            return Err(Refused::new(
                409,
                "AlreadyExists",
                format!("{id} already exists"),
            ));
        }
        self.admit_new(id)?;
        let mut object = body;
        if let Some(map) = object.as_object_mut() {
            map.remove("status");
        }
        let fields = owned(&object);
        self.fill(id, &mut object);
        let owner = Owner {
            manager: options.manager.clone(),
            applies: false,
            status: false,
        };
        Ok(self.commit(id, object, BTreeMap::from([(owner, Arc::new(fields))])))
    }

    /// Server-side apply.
    pub(crate) fn apply(
        &mut self,
        id: &Id,
        body: &Value,
        options: &Options,
    ) -> Result<Arc<Object>, Refused> {
        let live = self.objects.get(id).cloned();
        self.preconditions(id, body, live.as_deref())?;
        let Some(live) = live else {
            if options.status {
                return Err(Refused::absent(id));
            }
            self.admit_new(id)?;
            let config = owned(body);
            let mut object = json!({});
            apply::apply(&mut object, None, &config, &[]);
            self.fill(id, &mut object);
            let owner = applier(options);
            return Ok(self.commit(id, object, BTreeMap::from([(owner, Arc::new(config))])));
        };
        let config = if options.status {
            json!({ "status": body.get("status") })
        } else {
            owned(body)
        };
        let owner = applier(options);
        let others: Vec<&Value> = live
            .fields
            .iter()
            .filter(|(held, _)| **held != owner)
            .map(|(_, fields)| &**fields)
            .collect();
        if !options.force
            && let Some(path) = apply::conflict(&live.value, &config, &others, "")
        {
            return Err(Refused::conflict(
                id,
                &format!("another manager set {path}"),
            ));
        }
        let mut object = live.value.clone();
        let previous = live.fields.get(&owner).map(|fields| &**fields);
        apply::apply(&mut object, previous, &config, &others);
        immutable(id, &live.value, &object)?;
        let mut fields = live.fields.clone();
        fields.insert(owner, Arc::new(config));
        Ok(self.commit(id, object, fields))
    }

    /// Merge patch of anything but the status.
    pub(crate) fn merge(
        &mut self,
        id: &Id,
        body: &Value,
        options: &Options,
    ) -> Result<Arc<Object>, Refused> {
        let live = self
            .objects
            .get(id)
            .cloned()
            .ok_or_else(|| Refused::absent(id))?;
        self.preconditions(id, body, Some(&live))?;
        let mut patch = body.clone();
        if let Some(map) = patch.as_object_mut() {
            if options.status {
                map.retain(|key, _| key == "status");
            } else {
                map.remove("status");
            }
        }
        if let Some(map) = patch.get_mut("metadata").and_then(Value::as_object_mut) {
            map.retain(|key, _| METADATA.contains(&key.as_str()));
        }
        let mut object = live.value.clone();
        apply::merge_patch(&mut object, &patch);
        immutable(id, &live.value, &object)?;
        let mut fields = live.fields.clone();
        let owner = Owner {
            manager: options.manager.clone(),
            applies: false,
            status: options.status,
        };
        let mut held = fields
            .get(&owner)
            .map_or_else(|| json!({}), |held| (**held).clone());
        apply::merge_patch(&mut held, &patch);
        fields.insert(owner, Arc::new(held));
        Ok(self.commit(id, object, fields))
    }

    /// Replaces everything but the status.
    pub(crate) fn replace(
        &mut self,
        id: &Id,
        body: &Value,
        options: &Options,
    ) -> Result<Arc<Object>, Refused> {
        let live = self
            .objects
            .get(id)
            .cloned()
            .ok_or_else(|| Refused::absent(id))?;
        self.preconditions(id, body, Some(&live))?;
        let mut object = body.clone();
        let metadata = live.value["metadata"].clone();
        if let Some(map) = object.as_object_mut() {
            let wanted = map.remove("metadata").unwrap_or_default();
            let mut merged = metadata;
            if let (Some(merged), Some(wanted)) = (merged.as_object_mut(), wanted.as_object()) {
                for field in METADATA {
                    match wanted.get(*field) {
                        Some(value) => drop(merged.insert((*field).to_owned(), value.clone())),
                        None => drop(merged.remove(*field)),
                    }
                }
            }
            map.insert("metadata".to_owned(), merged);
            if let Some(status) = live.value.get("status") {
                map.insert("status".to_owned(), status.clone());
            }
        }
        immutable(id, &live.value, &object)?;
        let mut fields = live.fields.clone();
        let owner = Owner {
            manager: options.manager.clone(),
            applies: false,
            status: false,
        };
        fields.insert(owner, Arc::new(owned(&object)));
        Ok(self.commit(id, object, fields))
    }

    /// Deletes an object, or marks it where finalizers hold it. Returns it where it still exists.
    pub(crate) fn delete(
        &mut self,
        id: &Id,
        uid: Option<&str>,
        version: Option<&str>,
        foreground: bool,
    ) -> Result<Option<Arc<Object>>, Refused> {
        let live = self
            .objects
            .get(id)
            .cloned()
            .ok_or_else(|| Refused::absent(id))?;
        if uid.is_some_and(|uid| uid != live.uid()) {
            return Err(Refused::conflict(id, "the UID in the precondition differs"));
        }
        if version.is_some_and(|version| Some(version) != live.meta("resourceVersion")) {
            return Err(Refused::conflict(
                id,
                "the resource version in the precondition differs",
            ));
        }
        let mut object = live.value.clone();
        if foreground && !live.finalizers().any(|f| f == FOREGROUND) {
            let mut finalizers: Vec<String> = live.finalizers().map(str::to_owned).collect();
            finalizers.push(FOREGROUND.to_owned());
            object["metadata"]["finalizers"] = json!(finalizers);
        }
        // A pod stays until its kubelet has stopped it.
        let stays = object["metadata"]["finalizers"]
            .as_array()
            .is_some_and(|finalizers| !finalizers.is_empty())
            || id.is(Kind::Pod);
        if !stays {
            self.remove(id);
            return Ok(None);
        }
        if !live.is_terminating() {
            object["metadata"]["deletionTimestamp"] = json!(self.now.to_string());
            object["metadata"]["generation"] = json!(live.generation() + 1);
        }
        let fields = live.fields.clone();
        Ok(Some(self.commit(id, object, fields)))
    }

    /// Removes an object whatever its finalizers say.
    pub(crate) fn remove(&mut self, id: &Id) {
        if let Some(before) = self.objects.remove(id) {
            self.version += 1;
            let mut last = before.value.clone();
            last["metadata"]["resourceVersion"] = json!(self.version.to_string());
            let before = Arc::new(Object::new(last, before.fields.clone()));
            self.record(id, Some(before), None);
        }
    }

    /// Forgets the history of a resource.
    pub(crate) fn compact(&mut self, resource: Resource) {
        self.compacted.insert(resource, self.version);
    }

    fn preconditions(&self, id: &Id, body: &Value, live: Option<&Object>) -> Result<(), Refused> {
        let metadata = &body["metadata"];
        if let Some(uid) = metadata["uid"].as_str()
            && live.map(Object::uid) != Some(uid)
        {
            return Err(Refused::conflict(id, "the UID in the precondition differs"));
        }
        // An apply that creates its object ignores the version.
        let version = metadata["resourceVersion"].as_str();
        if let (Some(version), Some(live)) = (version.filter(|v| !v.is_empty()), live)
            && live.meta("resourceVersion") != Some(version)
        {
            return Err(Refused::conflict(
                id,
                "the object has been modified; please apply your changes to the latest version",
            ));
        }
        Ok(())
    }

    fn admit_new(&self, id: &Id) -> Result<(), Refused> {
        if id.namespace.is_empty() {
            return Ok(());
        }
        let namespace = Id::of(Kind::Namespace, "", &id.namespace);
        match self.objects.get(&namespace) {
            None => Err(Refused::absent(&namespace)),
            Some(held) if held.is_terminating() => Err(Refused {
                cause: Some("NamespaceTerminating"),
                ..Refused::new(
                    403,
                    "Forbidden",
                    format!("namespace {} is being terminated", id.namespace),
                )
            }),
            Some(_) => Ok(()),
        }
    }

    fn fill(&mut self, id: &Id, object: &mut Value) {
        self.uids += 1;
        let row = &table()[id.resource];
        object["apiVersion"] = json!(row.api_version);
        object["kind"] = json!(row.kind);
        let metadata = &mut object["metadata"];
        metadata["name"] = json!(&*id.name);
        if !id.namespace.is_empty() {
            metadata["namespace"] = json!(&*id.namespace);
        }
        metadata["uid"] = json!(format!("00000000-0000-4000-8000-{:012}", self.uids));
        metadata["creationTimestamp"] = json!(seconds(self.now));
        metadata["generation"] = json!(1);
    }

    fn commit(
        &mut self,
        id: &Id,
        mut object: Value,
        fields: BTreeMap<Owner, Arc<Value>>,
    ) -> Arc<Object> {
        let before = self.objects.get(id).cloned();
        if let Some(before) = &before {
            if before.value == object {
                // Nothing changed, so there is no new version; ownership may have moved.
                let same = Arc::new(Object::new(object, fields));
                self.objects.insert(id.clone(), same.clone());
                return same;
            }
            if spec_differs(&before.value, &object) {
                object["metadata"]["generation"] = json!(before.generation() + 1);
            }
        }
        self.version += 1;
        object["metadata"]["resourceVersion"] = json!(self.version.to_string());
        let after = Arc::new(Object::new(object, fields));
        let held = after.finalizers().next().is_some() || id.is(Kind::Pod);
        if after.is_terminating() && !held {
            self.objects.remove(id);
            self.record(id, Some(after.clone()), None);
        } else {
            self.objects.insert(id.clone(), after.clone());
            self.record(id, before, Some(after.clone()));
        }
        after
    }

    fn record(&mut self, id: &Id, before: Option<Arc<Object>>, after: Option<Arc<Object>>) {
        let change = Change {
            version: self.version,
            at: tokio::time::Instant::now(),
            before: before.clone(),
            after: after.clone(),
        };
        self.log.entry(id.resource).or_default().push(change);
        self.effects.push((id.clone(), before, after));
    }
}

/// The finalizer of a deletion that deletes dependents first.
pub(crate) const FOREGROUND: &str = "foregroundDeletion";
/// Metadata that clients may set.
const METADATA: &[&str] = &["labels", "annotations", "ownerReferences", "finalizers"];

fn applier(options: &Options) -> Owner {
    Owner {
        manager: options.manager.clone(),
        applies: true,
        status: options.status,
    }
}

/// The fields of a body that a client can own.
fn owned(body: &Value) -> Value {
    let mut fields = Map::new();
    for (key, value) in body.as_object().into_iter().flatten() {
        match key.as_str() {
            "apiVersion" | "kind" | "status" => {}
            "metadata" => {
                let metadata = value.as_object().into_iter().flatten();
                let metadata = metadata.filter(|(key, _)| METADATA.contains(&key.as_str()));
                let metadata = metadata.map(|(key, value)| (key.clone(), value.clone()));
                fields.insert(key.clone(), Value::Object(metadata.collect()));
            }
            _ => drop(fields.insert(key.clone(), value.clone())),
        }
    }
    Value::Object(fields)
}

fn spec_differs(one: &Value, other: &Value) -> bool {
    let fields = |value: &Value| {
        let fields = value.as_object().into_iter().flatten();
        let fields = fields.filter(|(key, _)| *key != "metadata" && *key != "status");
        fields.count()
    };
    let differs = |key: &String, value: &Value| other.get(key) != Some(value);
    fields(one) != fields(other)
        || one
            .as_object()
            .into_iter()
            .flatten()
            .any(|(key, value)| key != "metadata" && key != "status" && differs(key, value))
}

/// Fields of workloads that cannot be changed.
fn immutable(id: &Id, before: &Value, after: &Value) -> Result<(), Refused> {
    let differs = |path: &str| before.pointer(path) != after.pointer(path);
    let fixed: &[&str] = match id.kind() {
        Some(Kind::Deployment) => &["/spec/selector"],
        Some(Kind::StatefulSet) => &[
            "/spec/selector",
            "/spec/serviceName",
            "/spec/volumeClaimTemplates",
        ],
        Some(Kind::Job) => &["/spec/template", "/spec/selector"],
        _ => &[],
    };
    match fixed.iter().find(|path| differs(path)) {
        Some(path) => Err(Refused::invalid(id, &format!("{path}: field is immutable"))),
        None => Ok(()),
    }
}

fn seconds(now: Timestamp) -> String {
    Timestamp::from_second(now.as_second())
        .unwrap_or(now)
        .to_string()
}

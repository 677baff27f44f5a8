//! Objects and their history, with the rules of the API server: resource versions, generations, preconditions,
//! finalizers, immutable fields and terminating namespaces.

use super::{
    apply,
    fields::{METADATA, applier, immutable, owned},
    object::{Id, Object, Owner},
    refused::Refused,
    resource::Resource,
};
use jiff::Timestamp;
use maquette_operator::cluster::Kind;
use serde_json::{Value, json};
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
    pub(super) objects: BTreeMap<Id, Arc<Object>>,
    /// Changes by resource, in their order.
    pub(crate) log: HashMap<Resource, Vec<Change>>,
    /// Changes up to this version are forgotten.
    pub(crate) compacted: HashMap<Resource, u64>,
    pub(super) version: u64,
    pub(super) uids: u64,
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
        Self::preconditions(id, body, live.as_deref())?;
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
        Self::preconditions(id, body, Some(&live))?;
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
        Self::preconditions(id, body, Some(&live))?;
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

    fn preconditions(id: &Id, body: &Value, live: Option<&Object>) -> Result<(), Refused> {
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
}

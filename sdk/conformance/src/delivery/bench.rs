//! What every rule works with: applications, and the plugin's functions without their ceremony.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use maquette_host::kinds::delivery::{
    App, Assessment, Chart, GitChart, Health, OciChart, RepositoryChart,
};
use maquette_host::{Call, CallError, Delivery, PluginError};
use serde_json::{Value, json};

use super::engine::{Cluster, knows};
use super::known::EngineTarget;
use crate::setup::SetupError;
use crate::subject::Subject;
use crate::suite::{Failure, Place};

/// One run of the rules.
pub(crate) struct Run {
    place: Arc<Place>,
    engine: Option<EngineTarget>,
    config: Value,
    credentials: BTreeMap<String, String>,
    delivery: Delivery,
}

impl Run {
    pub(crate) fn new(place: &Arc<Place>, subject: &Subject) -> Result<Self, SetupError> {
        let delivery = place.direct.delivery();
        Ok(Self {
            place: place.clone(),
            engine: subject.engine.clone(),
            config: subject.config.clone(),
            credentials: subject.credentials.clone(),
            delivery: delivery.map_err(|error| SetupError::Incomplete(error.to_string()))?,
        })
    }

    pub(crate) fn bench(&self, number: usize) -> Bench {
        // What the rule before said to the front is not meant for this one.
        self.place.script.set(|_| crate::faults::Action::Forward);
        Bench {
            place: self.place.clone(),
            engine: self.engine.clone(),
            config: self.config.clone(),
            credentials: self.credentials.clone(),
            delivery: self.delivery.clone(),
            number,
            count: AtomicUsize::new(0),
        }
    }
}

/// What one rule works with.
pub(crate) struct Bench {
    pub(crate) place: Arc<Place>,
    pub(crate) config: Value,
    pub(crate) credentials: BTreeMap<String, String>,
    pub(crate) delivery: Delivery,
    engine: Option<EngineTarget>,
    number: usize,
    count: AtomicUsize,
}

/// A chart that most engines install.
pub(crate) fn chart(version: &str) -> Chart {
    Chart::Repository(RepositoryChart {
        repository: "https://charts.test/kit".to_owned(),
        name: "kit-chart".to_owned(),
        version: version.to_owned(),
    })
}

impl Bench {
    /// A call with an intention of its own.
    pub(crate) fn call(&self) -> Call {
        let next = self.count.fetch_add(1, Ordering::Relaxed);
        self.place.call(&format!("delivery-{}-{next}", self.number))
    }

    /// A chart of each kind.
    pub(crate) fn charts() -> Vec<Chart> {
        vec![
            chart("1.2.0"),
            Chart::Oci(OciChart {
                repository: "registry.test/kit/oci-chart".to_owned(),
                version: "1.2.0".to_owned(),
            }),
            Chart::Git(GitChart {
                repository: "https://git.test/kit/charts.git".to_owned(),
                path: "charts/kit".to_owned(),
                revision: "1.2.0".to_owned(),
                values_files: Vec::new(),
            }),
        ]
    }

    /// An application as most are.
    pub(crate) fn app() -> App {
        Self::app_of("kit-web", "kit-apps")
    }

    /// An application of this name in this namespace.
    pub(crate) fn app_of(name: &str, namespace: &str) -> App {
        App {
            name: name.to_owned(),
            namespace: namespace.to_owned(),
            // At most 53 characters, as Helm wants it.
            release: name.chars().take(53).collect(),
            target_namespace: "kit-shop".to_owned(),
            own_namespace: false,
            cluster: None,
            chart: chart("1.2.0"),
            chart_secret: None,
            values: json!({ "replicas": 2 }).to_string(),
            secret_values: Vec::new(),
            timeout_seconds: 300,
            removing: false,
        }
    }

    /// What the subject says of its engine.
    pub(crate) fn engine(&self) -> Result<&EngineTarget, Failure> {
        self.engine.as_ref().ok_or_else(|| {
            let why =
                "the subject does not say what the engine writes into its objects; give `engine`";
            Failure::NotShown(why.to_owned())
        })
    }

    /// The same, where the engine can find an application like this.
    pub(crate) fn engine_that_finds(&self, health: Health) -> Result<&EngineTarget, Failure> {
        let engine = self.engine()?;
        if knows(engine, health) {
            return Ok(engine);
        }
        let state = format!("{health:?}").to_lowercase();
        Err(Failure::NotShown(format!(
            "`engine` does not say what is written into an object that is {state}; give `{state}`, or declare the rule unsupported"
        )))
    }

    /// The manifests.
    pub(crate) async fn render(&self, app: &App) -> Result<Vec<Value>, Failure> {
        Ok(self.delivery.render(&self.call(), app).await?)
    }

    /// The manifests, unless the plugin says that its engine cannot install with one of these fields.
    pub(crate) async fn render_with(
        &self,
        app: &App,
        fields: &[&str],
    ) -> Result<Option<Vec<Value>>, Failure> {
        match self.delivery.render(&self.call(), app).await {
            Ok(manifests) => Ok(Some(manifests)),
            Err(CallError::Plugin(PluginError::Unsupported(_))) => Ok(None),
            Err(CallError::Plugin(PluginError::Invalid { path, .. }))
                if fields
                    .iter()
                    .any(|field| path.trim_start_matches("app.").starts_with(field)) =>
            {
                Ok(None)
            }
            Err(error) => Err(error.into()),
        }
    }

    /// The application's objects in a cluster, where no engine has looked at them.
    pub(crate) async fn applied(&self, app: &App) -> Result<Cluster, Failure> {
        let mut cluster = Cluster::default();
        cluster.apply(&self.render(app).await?);
        Ok(cluster)
    }

    /// The application's objects in a cluster, where the engine has found them like this.
    pub(crate) async fn found(&self, app: &App, health: Health) -> Result<Cluster, Failure> {
        let engine = self.engine_that_finds(health)?;
        let mut cluster = self.applied(app).await?;
        // What never is like this is well.
        cluster.found(engine, Health::Healthy);
        for key in cluster.identities() {
            cluster.found_one(engine, &key, health);
        }
        Ok(cluster)
    }

    /// How it is, by these objects.
    pub(crate) async fn assess(&self, app: &App, objects: &[Value]) -> Result<Assessment, Failure> {
        Ok(self.delivery.assess(&self.call(), app, objects).await?)
    }
}

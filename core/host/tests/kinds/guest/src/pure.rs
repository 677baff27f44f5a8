use crate::{
    Guest,
    exports::maquette::{
        builder::builder::{
            self, Build, Ending, Failure, Fault, Guest as Builder, Image, Job, Plan, Verdict,
        },
        bundler::bundler::{self, Guest as Bundler, Worker},
        delivery::delivery::{App, Assessment, Guest as Delivery, Health},
    },
    maquette::{
        bundler::blobs,
        plugin::types::{Context, Error},
    },
};

impl Builder for Guest {
    fn plan_build(_: Context, build: Build) -> Result<Plan, Error> {
        let name = if build.source.revision == "unnamed" {
            "other"
        } else {
            "build"
        };
        let job = |platform| Job {
            pod_template: format!(
                r#"{{"spec":{{"containers":[{{"name":"{name}","image":"builder:1"}}]}}}}"#
            ),
            files: vec![builder::File {
                name: "build".into(),
                content: format!("{build:?}"),
            }],
            platform,
        };
        let jobs = match build.source.revision.as_str() {
            "several" => build
                .platforms
                .iter()
                .cloned()
                .map(|platform| job(Some(platform)))
                .collect(),
            "one-too-many" => vec![job(None), job(None)],
            "nothing" => vec![],
            _ => vec![job(None)],
        };
        Ok(Plan {
            jobs,
            identity: vec!["builder:1".into()],
        })
    }

    fn interpret(_: Context, build: Build, job: u32, ending: Ending) -> Result<Verdict, Error> {
        let last = ending
            .containers
            .last()
            .and_then(|container| container.exit_code);
        if last != Some(0) {
            return Ok(Verdict::Failed(Failure {
                reason: "StepOutOfMemory".into(),
                fault: Fault::Passing,
                message: format!("{job}: {ending:?}"),
                container: Some("clone".into()),
            }));
        }
        let repository = build
            .destinations
            .first()
            .map_or("elsewhere".into(), |found| found.repository.clone());
        Ok(Verdict::Images(vec![Image {
            repository,
            digest: crate::digest('c'),
        }]))
    }
}

impl Bundler for Guest {
    fn bundle(_: Context, workers: Vec<Worker>) -> Result<bundler::Image, Error> {
        let name = workers.first().map_or("", |worker| &worker.name);
        let path = match name {
            "escapes" => "../worker.js".into(),
            _ => format!("workers/{name}.js"),
        };
        let mut files = vec![];
        for module in workers.iter().flat_map(|worker| &worker.modules) {
            let digest = match name {
                "unknown" => crate::digest('d'),
                _ => module.content.digest.clone(),
            };
            let mut octets = blobs::read(&module.content.digest).unwrap_or_default();
            octets.extend(blobs::read(&crate::digest('d')).map_or(*b"none", |_| *b"some"));
            files.push(bundler::File {
                path: path.clone(),
                content: bundler::Content::Blob(digest),
                executable: true,
            });
            files.push(bundler::File {
                path: "read".into(),
                content: bundler::Content::Octets(octets),
                executable: false,
            });
        }
        Ok(bundler::Image {
            base: "workerd:1".into(),
            layers: vec![files],
            entrypoint: vec![format!("{workers:?}")],
            ports: vec![bundler::Port {
                number: if name == "low" { 80 } else { 8080 },
                worker: Some(if name == "stray" {
                    "other".into()
                } else {
                    name.into()
                }),
            }],
            environment: vec!["TOKEN".into()],
            volumes: vec![],
            ready: None,
            warnings: vec![],
        })
    }
}

impl Delivery for Guest {
    fn render(_: Context, app: App) -> Result<Vec<String>, Error> {
        Ok(match app.name.as_str() {
            "nameless" => vec![r#"{"apiVersion":"v1","kind":"ConfigMap"}"#.into()],
            "garbled" => vec!["{".into()],
            "rules" => vec![r#"{"apiVersion":"rbac.authorization.k8s.io/v1","kind":"ClusterRole","metadata":{"name":"a"}}"#.into()],
            name => vec![format!(
                r#"{{"apiVersion":"v1","kind":"ConfigMap","metadata":{{"name":"{name}"}}}}"#
            )],
        })
    }

    fn assess(_: Context, app: App, objects: Vec<String>) -> Result<Assessment, Error> {
        Ok(Assessment {
            health: Health::Suspended,
            reason: "Paused".into(),
            message: format!("{app:?} {objects:?}"),
            revision: None,
            urls: vec!["https://shop.example.com".into()],
            images: vec![],
        })
    }
}

use crate::{
    Guest,
    exports::maquette::{
        builder::builder::{self, Build, Ending, Failure, Fault, Guest as Builder, Image, Job, Plan, Verdict},
        bundler::bundler::{self, Content, Guest as Bundler, Worker},
        delivery::delivery::{App, Assessment, Guest as Delivery, Health},
    },
    maquette::plugin::types::{Context, Error},
};

impl Builder for Guest {
    fn plan_build(_: Context, build: Build) -> Result<Plan, Error> {
        let name = if build.source.revision == "unnamed" { "other" } else { "build" };
        let job = |platform| Job {
            pod_template: format!(r#"{{"spec":{{"containers":[{{"name":"{name}","image":"builder:1"}}]}}}}"#),
            files: vec![builder::File { name: "build".into(), content: format!("{build:?}") }],
            platform,
        };
        let jobs = match build.source.revision.as_str() {
            "several" => build.platforms.iter().cloned().map(|platform| job(Some(platform))).collect(),
            "one-too-many" => vec![job(None), job(None)],
            "nothing" => vec![],
            _ => vec![job(None)],
        };
        Ok(Plan { jobs, identity: vec!["builder:1".into()] })
    }

    fn interpret(_: Context, build: Build, job: u32, ending: Ending) -> Result<Verdict, Error> {
        let last = ending.containers.last().and_then(|container| container.exit_code);
        if last != Some(0) {
            return Ok(Verdict::Failed(Failure {
                reason: "StepOutOfMemory".into(),
                fault: Fault::Passing,
                message: format!("{job}: {ending:?}"),
                container: Some("clone".into()),
            }));
        }
        let repository = build.destinations.first().map_or("elsewhere".into(), |found| found.repository.clone());
        Ok(Verdict::Images(vec![Image { repository, digest: crate::digest('c') }]))
    }
}

impl Bundler for Guest {
    fn bundle(_: Context, workers: Vec<Worker>) -> Result<Content, Error> {
        let name = workers.first().map_or("", |worker| &worker.name);
        let path = if name == "escapes" {
            "../worker.js".into()
        } else {
            format!("workers/{name}.js")
        };
        let content = workers
            .iter()
            .flat_map(|worker| &worker.modules)
            .flat_map(|module| module.content.clone())
            .collect();
        Ok(Content {
            base: "workerd:1".into(),
            layers: vec![vec![bundler::File {
                path,
                content,
                executable: true,
            }]],
            entrypoint: vec![format!("{workers:?}")],
            ports: vec![8080],
            env_from: vec!["TOKEN".into()],
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

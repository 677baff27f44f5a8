use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

use maquette_host::{Digest, Login, Secret, Wanted};
use serde_json::{Value, json};

use super::server::{Reply, Request, Server};

pub const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";

/// A registry that answers what it is told. By itself it holds one well-formed plugin under the tag `1.2.3`.
pub struct Shelf {
    pub server: Server,
    pub manifest: Vec<u8>,
    replies: Arc<Mutex<BTreeMap<String, Reply>>>,
}

/// The three documents of a plugin.
pub struct Documents {
    pub config: Vec<u8>,
    pub component: Vec<u8>,
    pub manifest: Value,
}

impl Documents {
    pub fn of(component: Vec<u8>) -> Self {
        let config = json!({"architecture": "wasm", "os": "wasip2", "layerDigests": [Digest::of(&component).to_string()]});
        let config = config.to_string().into_bytes();
        let manifest = json!({
            "schemaVersion": 2,
            "mediaType": MANIFEST,
            "config": {
                "mediaType": "application/vnd.wasm.config.v0+json",
                "digest": Digest::of(&config).to_string(),
                "size": config.len(),
            },
            "layers": [{
                "mediaType": "application/wasm",
                "digest": Digest::of(&component).to_string(),
                "size": component.len(),
            }],
        });
        Self {
            config,
            component,
            manifest,
        }
    }
}

impl Shelf {
    pub async fn with(component: Vec<u8>) -> Self {
        Self::holding(Documents::of(component)).await
    }

    pub async fn holding(documents: Documents) -> Self {
        Self::guarded(documents, |_| None).await
    }

    /// Asks the guard first: what it answers is the answer.
    pub async fn guarded(
        documents: Documents,
        guard: impl Fn(&Request) -> Option<Reply> + Send + Sync + 'static,
    ) -> Self {
        let manifest = documents.manifest.to_string().into_bytes();
        let digest = Digest::of(&manifest);
        let manifest_reply = Reply::new(200, &[("content-type", MANIFEST)], &manifest);
        let replies = Arc::new(Mutex::new(BTreeMap::from([
            (blob(&documents.config), Reply::ok(&documents.config)),
            (blob(&documents.component), Reply::ok(&documents.component)),
            (
                format!("/v2/team/plugin/manifests/{digest}"),
                manifest_reply.clone(),
            ),
            ("/v2/team/plugin/manifests/1.2.3".to_owned(), manifest_reply),
        ])));
        let known = replies.clone();
        let server = Server::start(move |request| {
            let found = || known.lock().unwrap().get(&request.path).cloned();
            guard(request)
                .or_else(found)
                .unwrap_or_else(|| Reply::new(404, &[], "{}"))
        });
        Self {
            server: server.await,
            manifest,
            replies,
        }
    }

    pub fn wanted(&self, version: &str) -> Wanted {
        Wanted::new(
            format!("{}/team/plugin", self.server.address)
                .parse()
                .unwrap(),
            version.parse().unwrap(),
        )
    }

    pub fn wanted_with_login(&self, version: &str) -> Wanted {
        let login = Login {
            username: "ci".into(),
            password: Secret::new("hunter22"),
        };
        Wanted {
            login: Some(login),
            ..self.wanted(version)
        }
    }

    pub fn digest(&self) -> Digest {
        Digest::of(&self.manifest)
    }

    pub fn set(&self, path: &str, reply: Reply) {
        self.replies.lock().unwrap().insert(path.to_owned(), reply);
    }

    pub fn paths(&self) -> Vec<String> {
        self.server
            .requests()
            .into_iter()
            .map(|request| request.path)
            .collect()
    }
}

pub fn blob(bytes: &[u8]) -> String {
    format!("/v2/team/plugin/blobs/{}", Digest::of(bytes))
}

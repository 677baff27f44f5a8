//! Versions of a plugin and signatures of them, put into a real registry in the way of `maquette plugin push` and `cosign`.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use bytes::Bytes;
use http::Request;
use http::header::{AUTHORIZATION, CONTENT_TYPE, LOCATION};
use maquette_harness::ControlPlane;
use maquette_harness::http::{Answer, send};
use maquette_harness::process::Program;
use maquette_harness::wait_for;
use maquette_host::Digest;
use serde_json::{Value, json};

use super::scene::PATIENCE;
use crate::host::shelf::{Documents, MANIFEST};
use crate::host::signing::{Signature, signature_manifest};

/// Who may use a registry with logins, with what, and bcrypt of that.
pub(crate) const USER: &str = "ci";
pub(crate) const PASSWORD: &str = "pushpw";
const ACCOUNTS: &str = "ci:$2b$04$tDFgKQeH2wzXgtSvC6y2MeQPeOR6iDppNiA1aTkD8rSQb0BCD7iNq\n";
/// Name of the section of a component that says what it is.
const SECTION: &str = "maquette-manifest";

/// A repository of a registry, plain HTTP.
pub(crate) struct Repository {
    pub(crate) registry: String,
    pub(crate) path: &'static str,
    login: bool,
}

impl Repository {
    /// In the world's registry, which is open to everybody.
    pub(crate) fn open(registry: &str, path: &'static str) -> Self {
        Self {
            registry: registry.to_owned(),
            path,
            login: false,
        }
    }

    /// In a registry of its own, which asks for a login. It ends with the control plane.
    pub(crate) async fn closed(control_plane: &ControlPlane, path: &'static str) -> Self {
        let registry = start_closed(control_plane).await;
        Self {
            registry,
            path,
            login: true,
        }
    }

    pub(crate) fn image(&self) -> String {
        format!("{}/{}", self.registry, self.path)
    }

    /// Pushes a component under this tag, which is moved where it is there.
    pub(crate) async fn push(&self, component: &[u8], tag: &str) -> Digest {
        let documents = Documents::of(component.to_vec());
        self.blob(&documents.config).await;
        self.blob(&documents.component).await;
        self.manifest(&documents.manifest, tag).await
    }

    /// Puts signatures where cosign puts them in a registry without referrers.
    pub(crate) async fn sign(&self, digest: &Digest, signatures: &[Signature]) {
        self.blob(b"{}").await;
        for signature in signatures {
            self.blob(&signature.payload).await;
        }
        let tag = format!("sha256-{}.sig", digest.hex());
        self.manifest(&signature_manifest(signatures), &tag).await;
    }

    async fn manifest(&self, manifest: &Value, tag: &str) -> Digest {
        let manifest = manifest.to_string();
        let digest = Digest::of(manifest.as_bytes());
        let request = Request::put(format!("/v2/{}/manifests/{tag}", self.path));
        let request = request.header(CONTENT_TYPE, MANIFEST);
        self.send(request, Bytes::from(manifest)).await;
        digest
    }

    async fn blob(&self, bytes: &[u8]) {
        let ask = Request::post(format!("/v2/{}/blobs/uploads/", self.path));
        let offered = self.send(ask, Bytes::new()).await;
        let location = offered.headers[LOCATION].to_str().unwrap();
        let uri: http::Uri = location.parse().unwrap();
        let place = uri.path_and_query().unwrap();
        let request = Request::put(format!("{place}&digest={}", Digest::of(bytes)));
        let request = request.header(CONTENT_TYPE, "application/octet-stream");
        self.send(request, Bytes::copy_from_slice(bytes)).await;
    }

    async fn send(&self, mut request: http::request::Builder, body: Bytes) -> Answer {
        if self.login {
            let login = STANDARD.encode(format!("{USER}:{PASSWORD}"));
            request = request.header(AUTHORIZATION, format!("Basic {login}"));
        }
        let request = request.body(body).unwrap();
        let answer = send(&self.registry, request).await.unwrap();
        assert!(answer.status.is_success(), "{}", answer.text());
        answer
    }
}

async fn start_closed(control_plane: &ControlPlane) -> String {
    let name = super::scene::next_name().replace("operator", "closed");
    let folder = control_plane.folder().join(&name);
    std::fs::create_dir(&folder).unwrap();
    std::fs::write(folder.join("accounts"), ACCOUNTS).unwrap();
    let configuration = json!({
        "version": "0.1",
        "log": {"level": "info"},
        "storage": {"filesystem": {"rootdirectory": folder.join("data")}},
        "http": {"addr": "127.0.0.1:0", "secret": "none"},
        "auth": {"htpasswd": {"realm": "test", "path": folder.join("accounts")}},
    });
    let path = folder.join("registry.json");
    // JSON is YAML.
    std::fs::write(&path, configuration.to_string()).unwrap();
    let program = Program {
        name,
        path: "/usr/bin/docker-registry".into(),
        arguments: vec!["serve".to_owned(), path.to_string_lossy().into_owned()],
        environment: vec![("OTEL_TRACES_EXPORTER".to_owned(), "none".to_owned())],
    };
    let process = control_plane.run().start(program).unwrap();
    wait_for("the registry that asks for a login", PATIENCE, async || {
        process.check().map_err(|error| error.to_string())?;
        let log = process.last_lines(50);
        let no_address = || format!("it does not tell its address: {log}");
        let (_, address) = log.split_once("listening on ").ok_or_else(no_address)?;
        let end = address.find(|c: char| !c.is_ascii_digit() && c != '.' && c != ':');
        end.map(|end| address[..end].to_owned())
            .ok_or_else(no_address)
    })
    .await
    .unwrap()
}

/// The component with another version in its manifest, and more hosts.
pub(crate) fn version(component: &[u8], version: &str, hosts: &[&str]) -> Vec<u8> {
    let mut edited = component.get(..8).unwrap().to_vec();
    let mut rest = component.get(8..).unwrap();
    while let Some((&id, after)) = rest.split_first() {
        let (size, after) = leb(after);
        let (content, next) = after.split_at(size);
        let (length, name) = leb(content);
        let ours = id == 0 && name.get(..length) == Some(SECTION.as_bytes());
        if ours {
            let mut manifest: Value = serde_json::from_slice(name.get(length..).unwrap()).unwrap();
            manifest["version"] = json!(version);
            let fixed = hosts.iter().map(|host| json!({"fixed": host}));
            manifest["hosts"].as_array_mut().unwrap().extend(fixed);
            let length = u8::try_from(length).unwrap();
            let manifest = manifest.to_string();
            let section = [&[length], SECTION.as_bytes(), manifest.as_bytes()].concat();
            edited.push(0);
            put_leb(&mut edited, section.len());
            edited.extend(section);
        } else {
            let whole = rest.len() - next.len();
            edited.extend(rest.get(..whole).unwrap());
        }
        rest = next;
    }
    edited
}

/// An unsigned number (LEB128), and what follows it.
fn leb(bytes: &[u8]) -> (usize, &[u8]) {
    let length = 1 + bytes.iter().take_while(|byte| **byte & 0x80 != 0).count();
    let (number, rest) = bytes.split_at(length);
    let value = number
        .iter()
        .rev()
        .fold(0, |value, byte| value << 7 | usize::from(byte & 0x7f));
    (value, rest)
}

fn put_leb(bytes: &mut Vec<u8>, mut value: usize) {
    while value >= 0x80 {
        bytes.push(u8::try_from(value & 0x7f).unwrap() | 0x80);
        value >>= 7;
    }
    bytes.push(u8::try_from(value).unwrap());
}

//! The pull client against the distribution project's own registry, as Debian ships it.

use std::{
    fs,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use maquette_host::{Host, InstallError, PullError, Settings, Wanted};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use crate::support::{
    guest::plugin,
    shelf::{Documents, MANIFEST},
};

struct Registry {
    process: Child,
    address: String,
    _folder: tempfile::TempDir,
}

impl Registry {
    /// Starts it on a port that the kernel chooses and reads the port from its log.
    fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let config = folder.path().join("config.yml");
        let data = folder.path().join("data");
        let text = format!(
            "version: 0.1\nlog: {{level: info}}\nstorage: {{filesystem: {{rootdirectory: {}}}}}\nhttp: {{addr: '127.0.0.1:0'}}\n",
            data.display()
        );
        fs::write(&config, text).unwrap();
        let log = fs::File::create(folder.path().join("log")).unwrap();
        let process = Command::new("docker-registry")
            .arg("serve")
            .arg(&config)
            .stdout(log.try_clone().unwrap())
            .stderr(log)
            .stdin(Stdio::null())
            .spawn()
            .expect("the package docker-registry is needed: apt-get install docker-registry");
        let deadline = Instant::now() + Duration::from_secs(20);
        let address = loop {
            let log = fs::read_to_string(folder.path().join("log")).unwrap();
            if let Some((_, rest)) = log.split_once("listening on ") {
                let end = rest
                    .find(|c: char| c != ':' && c != '.' && !c.is_ascii_digit())
                    .unwrap_or(rest.len());
                break rest[..end].to_owned();
            }
            assert!(
                Instant::now() < deadline,
                "the registry did not start:\n{log}"
            );
            std::thread::sleep(Duration::from_millis(20));
        };
        Self {
            process,
            address,
            _folder: folder,
        }
    }

    async fn push(&self, tag: &str, documents: &Documents) {
        for bytes in [&documents.config, &documents.component] {
            let started = self
                .request("POST", "/v2/team/plugin/blobs/uploads/", &[], b"")
                .await;
            let location = started
                .lines()
                .find_map(|line| line.strip_prefix("Location: "))
                .unwrap()
                .trim();
            let path = location
                .split_once(&self.address)
                .map_or(location, |(_, path)| path);
            let digest = maquette_host::Digest::of(bytes);
            let answer = self
                .request("PUT", &format!("{path}&digest={digest}"), &[], bytes)
                .await;
            assert!(answer.starts_with("HTTP/1.1 201"), "{answer}");
        }
        let manifest = documents.manifest.to_string();
        let path = format!("/v2/team/plugin/manifests/{tag}");
        let answer = self
            .request(
                "PUT",
                &path,
                &[("content-type", MANIFEST)],
                manifest.as_bytes(),
            )
            .await;
        assert!(answer.starts_with("HTTP/1.1 201"), "{answer}");
    }

    async fn request(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> String {
        let mut stream = TcpStream::connect(&self.address).await.unwrap();
        let mut head = format!(
            "{method} {path} HTTP/1.1\r\nhost: {}\r\nconnection: close\r\n",
            self.address
        );
        for (name, value) in headers {
            head += &format!("{name}: {value}\r\n");
        }
        head += &format!("content-length: {}\r\n\r\n", body.len());
        stream.write_all(head.as_bytes()).await.unwrap();
        stream.write_all(body).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        answer
    }

    fn wanted(&self, version: &str) -> Wanted {
        Wanted::new(
            format!("{}/team/plugin", self.address).parse().unwrap(),
            version.parse().unwrap(),
        )
    }
}

impl Drop for Registry {
    fn drop(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }
}

#[tokio::test]
async fn a_pushed_plugin_is_found_by_tag_range_and_digest() {
    let registry = Registry::start();
    for tag in ["1.9.0", "1.10.0", "latest"] {
        registry.push(tag, &Documents::of(plugin())).await;
    }
    let cache = tempfile::tempdir().unwrap();
    let host = Host::new(Settings::new(cache.path())).unwrap();
    let by_range = host.install(&registry.wanted("^1.2")).await.unwrap();
    assert_eq!(by_range.version, "1.10.0");
    let by_tag = host.install(&registry.wanted("latest")).await.unwrap();
    assert_eq!(
        (by_tag.version.as_str(), &by_tag.digest),
        ("latest", &by_range.digest)
    );
    let by_digest = host
        .install(&registry.wanted(&by_tag.digest.to_string()))
        .await
        .unwrap();
    assert_eq!(by_digest.version, "1.2.3");

    let missing = host.install(&registry.wanted("0.0.1")).await.unwrap_err();
    assert!(
        matches!(missing, InstallError::Pull(PullError::NotFound { .. })),
        "{missing}"
    );
    let none = host.install(&registry.wanted("~7")).await.unwrap_err();
    assert!(
        matches!(none, InstallError::Pull(PullError::NoVersion { .. })),
        "{none}"
    );

    // The registry goes down, the operator restarts: the same plugin, by the same range.
    let wanted = registry.wanted("^1.2");
    drop(registry);
    let installed = Host::new(Settings::new(cache.path()))
        .unwrap()
        .install(&wanted)
        .await
        .unwrap();
    assert_eq!(
        (installed.digest, installed.remembered),
        (by_range.digest, true)
    );
}

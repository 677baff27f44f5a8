//! The programs a test cluster is made of: pinned in `tests/tools/<family>/go.mod`, built once into the cache.
//!
//! The cache is keyed by version (`bin/<family>-<version>/<binary>`). A program in `$KUBEBUILDER_ASSETS` is used instead of
//! being built. Debian's part (containerd, PowerDNS and so on) is in [`debian`].

mod build;
pub mod debian;
mod go_mod;

use std::io;
use std::path::{Path, PathBuf};

use crate::command::CommandError;
use crate::paths;
use crate::progress::Progress;

/// A program that is built from source.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[expect(missing_docs, reason = "the names are those of the programs")]
pub enum Tool {
    Etcd,
    KubeApiserver,
    KubeControllerManager,
    KubeScheduler,
    Kubelet,
    KubeProxy,
    Kubectl,
    Helm,
    Coredns,
    Kwok,
    Traefik,
    Frps,
    Frpc,
}

/// Where a program's source comes from.
struct Source {
    /// Folder below `tests/tools`.
    family: &'static str,
    /// The module whose version names the family's.
    module: &'static str,
    /// The main package.
    package: &'static str,
}

/// A program could not be found or built.
#[derive(Debug, thiserror::Error)]
pub enum ToolError {
    /// Go is missing.
    #[error(
        "Go is needed to build the test cluster's programs and `go` is not on PATH; install Go 1.24 or newer from https://go.dev/dl/"
    )]
    NoGo(#[source] io::Error),
    /// A pinned version is missing.
    #[error("{} requires no version of {module}", .go_mod.display())]
    NotPinned {
        /// The module.
        module: &'static str,
        /// The file that should pin it.
        go_mod: PathBuf,
    },
    /// A file could not be read or written.
    #[error("cannot use {}", .path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The program was asked for before it was built.
    #[error("{} is not built yet; run `cargo xtask tools`", .0.display())]
    NotBuilt(PathBuf),
    /// A command failed.
    #[error(transparent)]
    Command(#[from] CommandError),
    /// Go described a module in a way this program does not understand.
    #[error("`go mod download -json {0}` did not name the module's folder")]
    NoModuleFolder(String),
    /// Debian packages are missing and cannot be installed from here.
    #[error("{0}")]
    Packages(String),
}

impl Tool {
    /// Every program.
    pub const ALL: [Self; 13] = [
        Self::Etcd,
        Self::KubeApiserver,
        Self::KubeControllerManager,
        Self::KubeScheduler,
        Self::Kubelet,
        Self::KubeProxy,
        Self::Kubectl,
        Self::Helm,
        Self::Coredns,
        Self::Kwok,
        Self::Traefik,
        Self::Frps,
        Self::Frpc,
    ];

    /// The name of the executable.
    pub const fn binary(self) -> &'static str {
        match self {
            Self::Etcd => "etcd",
            Self::KubeApiserver => "kube-apiserver",
            Self::KubeControllerManager => "kube-controller-manager",
            Self::KubeScheduler => "kube-scheduler",
            Self::Kubelet => "kubelet",
            Self::KubeProxy => "kube-proxy",
            Self::Kubectl => "kubectl",
            Self::Helm => "helm",
            Self::Coredns => "coredns",
            Self::Kwok => "kwok",
            Self::Traefik => "traefik",
            Self::Frps => "frps",
            Self::Frpc => "frpc",
        }
    }

    fn source(self) -> Source {
        let kubernetes = |package| Source {
            family: "kubernetes",
            module: "k8s.io/kubernetes",
            package,
        };
        let frp = |package| Source {
            family: "frp",
            module: "github.com/fatedier/frp",
            package,
        };
        match self {
            Self::Frps => frp("./cmd/frps"),
            Self::Frpc => frp("./cmd/frpc"),
            Self::Etcd => Source {
                family: "etcd",
                module: "go.etcd.io/etcd/server/v3",
                package: "go.etcd.io/etcd/server/v3",
            },
            Self::KubeApiserver => kubernetes("k8s.io/kubernetes/cmd/kube-apiserver"),
            Self::KubeControllerManager => {
                kubernetes("k8s.io/kubernetes/cmd/kube-controller-manager")
            }
            Self::KubeScheduler => kubernetes("k8s.io/kubernetes/cmd/kube-scheduler"),
            Self::Kubelet => kubernetes("k8s.io/kubernetes/cmd/kubelet"),
            Self::KubeProxy => kubernetes("k8s.io/kubernetes/cmd/kube-proxy"),
            Self::Kubectl => kubernetes("k8s.io/kubernetes/cmd/kubectl"),
            Self::Helm => Source {
                family: "helm",
                module: "helm.sh/helm/v3",
                package: "helm.sh/helm/v3/cmd/helm",
            },
            Self::Coredns => Source {
                family: "coredns",
                module: "github.com/coredns/coredns",
                package: "github.com/coredns/coredns",
            },
            Self::Kwok => Source {
                family: "kwok",
                module: "sigs.k8s.io/kwok",
                package: "sigs.k8s.io/kwok/cmd/kwok",
            },
            Self::Traefik => Source {
                family: "traefik",
                module: "github.com/traefik/traefik/v3",
                package: "./cmd/traefik",
            },
        }
    }

    /// The version that is pinned in the source tree, without a leading `v`.
    pub fn version(self) -> Result<String, ToolError> {
        let source = self.source();
        pinned(source.family, source.module)
    }

    /// Where the program is, whether or not it is built.
    fn place(self) -> Result<PathBuf, ToolError> {
        let assets = std::env::var_os("KUBEBUILDER_ASSETS")
            .map(|folder| Path::new(&folder).join(self.binary()));
        if let Some(asset) = assets.filter(|path| path.is_file()) {
            return Ok(asset);
        }
        let folder = format!("{}-{}", self.source().family, self.version()?);
        Ok(paths::cache().join("bin").join(folder).join(self.binary()))
    }

    /// The path of the built program.
    pub fn path(self) -> Result<PathBuf, ToolError> {
        let path = self.place()?;
        if path.is_file() {
            Ok(path)
        } else {
            Err(ToolError::NotBuilt(path))
        }
    }
}

/// Builds those of `tools` that are not in the cache yet. Takes minutes per program when the cache is empty.
pub fn ensure(tools: &[Tool], progress: &Progress) -> Result<(), ToolError> {
    for tool in tools {
        build::ensure(*tool, progress)?;
    }
    Ok(())
}

/// The folder with the Gateway API's custom resource definitions of the standard channel, straight from its Go module.
pub fn gateway_api_definitions() -> Result<PathBuf, ToolError> {
    const MODULE: &str = "sigs.k8s.io/gateway-api";
    let version = pinned("gateway-api", MODULE)?;
    let folder = paths::cache()
        .join("src")
        .join(format!("gateway-api-{version}"));
    build::unpack("gateway-api", MODULE, &version, &folder)?;
    Ok(folder.join("config/crd/standard"))
}

fn pinned(family: &str, module: &'static str) -> Result<String, ToolError> {
    let path = paths::tool_sources(family).join("go.mod");
    let text = std::fs::read_to_string(&path).map_err(|source| ToolError::File {
        path: path.clone(),
        source,
    })?;
    go_mod::required(&text, module).ok_or(ToolError::NotPinned {
        module,
        go_mod: path,
    })
}

//! Who logs in to a registry.

use std::io::Read as _;

use anyhow::Context as _;
use docker_credential::{CredentialRetrievalError, DockerCredential};
use oci_client::secrets::RegistryAuth;

use crate::command::Registry;

/// User and password of a registry, or neither.
#[derive(Clone)]
pub(crate) struct Login(Option<(String, String)>);

impl Login {
    /// The given login, else that of `docker login`, else none.
    ///
    /// # Errors
    /// Standard input gives no password, or a credential helper fails.
    pub(crate) fn find(arguments: &Registry, registry: &str) -> anyhow::Result<Self> {
        if let Some(username) = &arguments.username {
            let mut password = String::new();
            std::io::stdin()
                .read_to_string(&mut password)
                .context("the password cannot be read from standard input")?;
            let password = password.trim_end_matches(['\r', '\n']).to_owned();
            anyhow::ensure!(
                !password.is_empty(),
                "standard input is empty; pipe the password into the command"
            );
            return Ok(Self(Some((username.clone(), password))));
        }
        match docker_credential::get_credential(registry) {
            Ok(DockerCredential::UsernamePassword(username, password)) => {
                Ok(Self(Some((username, password))))
            }
            Ok(DockerCredential::IdentityToken(_)) => anyhow::bail!(
                "the login for {registry} in docker's configuration is an identity token, which this command cannot use; \
                 give one with --username and --password-stdin"
            ),
            Err(
                CredentialRetrievalError::ConfigNotFound
                | CredentialRetrievalError::ConfigReadError
                | CredentialRetrievalError::NoCredentialConfigured,
            ) => Ok(Self(None)),
            Err(error) => Err(anyhow::anyhow!(
                "the login for {registry} cannot be read from docker's configuration ({error}); repair it with \
                 `docker login {registry}`, or give one with --username and --password-stdin"
            )),
        }
    }

    pub(crate) fn auth(&self) -> RegistryAuth {
        match &self.0 {
            Some((username, password)) => RegistryAuth::Basic(username.clone(), password.clone()),
            None => RegistryAuth::Anonymous,
        }
    }

    pub(crate) fn for_host(&self) -> Option<maquette_host::Login> {
        self.0
            .as_ref()
            .map(|(username, password)| maquette_host::Login {
                username: username.clone(),
                password: maquette_host::Secret::new(password.as_bytes()),
            })
    }
}

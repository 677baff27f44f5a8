//! No secret is in the plan: the host supplies volumes, and the containers that need one mount it.

use maquette_host::kinds::builder::{Build, Login, Planned, Source};

use super::bench::{Bench, mounts, says, template};
use crate::suite::{Failure, Outcome, keep};
use crate::texts::{credential_in, texts};

const GIT: &str = "maquette-git";
const REGISTRIES: &str = "maquette-registries";
const SECRETS: &str = "maquette-secrets";

/// The plan for a build with secrets, or for what the builder can.
async fn closed(bench: &Bench) -> Result<Planned, Failure> {
    match bench
        .plan_with(&Bench::closed(), &["secrets", "source"])
        .await?
    {
        Some(plan) => Ok(plan),
        None => bench.plan(&Bench::build()).await,
    }
}

/// Neither a value of the Provider's credentials, nor what stands for one in the plugin.
pub(super) async fn no_credential_is_in_the_plan(bench: &Bench) -> Outcome {
    for job in closed(bench).await?.jobs {
        let template = template(&job)?;
        let mut all = texts(&template);
        all.extend(
            job.job
                .files
                .iter()
                .flat_map(|file| [&*file.name, &*file.content]),
        );
        if let Some(name) = credential_in(&all, &bench.credentials) {
            keep!(false, "the credential `{name}` is in the plan");
        }
    }
    Ok(())
}

/// Otherwise nothing can be pushed.
pub(super) async fn the_login_for_registries_is_mounted(bench: &Bench) -> Outcome {
    let plan = bench.plan(&Bench::build()).await?;
    keep!(
        mounts(&plan, REGISTRIES)?,
        "no container mounts the volume `{REGISTRIES}`"
    );
    Ok(())
}

/// The volume is mounted, and each secret named in the template or in a file.
pub(super) async fn build_secrets_are_mounted_and_named(bench: &Bench) -> Outcome {
    let closed = Bench::closed();
    let build = Build {
        source: Bench::build().source,
        ..closed
    };
    let Some(plan) = bench.plan_with(&build, &["secrets"]).await? else {
        return Ok(());
    };
    keep!(
        mounts(&plan, SECRETS)?,
        "no container mounts the volume `{SECRETS}`"
    );
    for secret in &build.secrets {
        keep!(
            says(&plan, &secret.name)?,
            "`{}` of `secrets` is neither in the template nor in a file",
            secret.name
        );
    }
    Ok(())
}

/// Whether with a password or with a key.
pub(super) async fn the_login_for_the_clone_is_mounted(bench: &Bench) -> Outcome {
    for login in [Login::Password, Login::Key] {
        let build = Bench::build();
        let build = Build {
            source: Source {
                login,
                ..build.source
            },
            ..build
        };
        let Some(plan) = bench.plan_with(&build, &["source", "login"]).await? else {
            continue;
        };
        keep!(
            mounts(&plan, GIT)?,
            "with {login:?} no container mounts the volume `{GIT}`"
        );
    }
    Ok(())
}

/// A build without secrets and without a login for the clone sees none.
pub(super) async fn what_a_build_does_not_need_is_not_mounted(bench: &Bench) -> Outcome {
    let plan = bench.plan(&Bench::bare()).await?;
    for volume in [GIT, SECRETS] {
        keep!(
            !mounts(&plan, volume)?,
            "a build that needs nothing of it mounts the volume `{volume}`"
        );
    }
    Ok(())
}

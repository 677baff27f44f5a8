//! No secret is in a layer: everybody who may pull the image would have it.

use std::collections::BTreeSet;

use super::bench::{Bench, bare, binding, blobs, files, octets, variable, worker};
use crate::suite::{Outcome, keep};
use crate::texts::credential_in;

/// Also where two workers use one.
pub(super) async fn every_variable_is_named_once(bench: &Bench) -> Outcome {
    let mut second = bare("api");
    second.bindings.push(binding("KEY", variable("WEB_KEY")));
    let named = bench.bundle(&[worker(), second]).await?.environment;
    for wanted in ["WEB_KEY", "ANOTHER_KEY"] {
        let times = named.iter().filter(|name| *name == wanted).count();
        keep!(
            times == 1,
            "`{wanted}` is {times} times in `environment`: {named:?}"
        );
    }
    Ok(())
}

/// Whatever else is named there would have to be in a Secret that nobody has.
pub(super) async fn nothing_but_variables_of_bindings_is_named(bench: &Bench) -> Outcome {
    let named: BTreeSet<String> = bench
        .bundle(&[worker()])
        .await?
        .environment
        .into_iter()
        .collect();
    let mut strange = named
        .iter()
        .filter(|name| !["WEB_KEY", "ANOTHER_KEY"].contains(&name.as_str()));
    let strange = strange.next();
    keep!(
        strange.is_none(),
        "`environment` has {strange:?}, which no binding names"
    );
    Ok(())
}

/// Neither a value of the Provider's credentials, nor what stands for one in the plugin.
pub(super) async fn no_credential_is_in_a_layer(bench: &Bench) -> Outcome {
    let content = bench.bundle(&[worker()]).await?;
    let blobs = blobs();
    let files: Vec<_> = files(&content)
        .map(|file| String::from_utf8_lossy(octets(file, &blobs)))
        .collect();
    let mut all: Vec<&str> = files.iter().map(|text| &**text).collect();
    all.extend(content.entrypoint.iter().map(String::as_str));
    all.extend(content.warnings.iter().map(String::as_str));
    let told = credential_in(&all, &bench.credentials);
    keep!(told.is_none(), "the credential {told:?} is in the image");
    Ok(())
}

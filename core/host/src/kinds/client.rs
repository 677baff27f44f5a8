use std::sync::Arc;

use wasmtime::component::{ComponentNamedList, Lift, Lower};

use super::Functions;
use crate::{
    call::{Call, CallError, PluginError},
    manifest::Manifest,
    names::Origin,
    provider::Loaded,
    sandbox::{Context, GuestError, Lane, State, run},
};

/// Calls the functions of one interface of one provider; what the clients of all interfaces share. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Client {
    lane: Arc<Lane>,
    functions: Functions,
    plugin: Arc<Loaded>,
    /// Name of the interface.
    interface: &'static str,
    /// The object's options as JSON text.
    options: Arc<str>,
}

impl Client {
    pub(crate) fn new(
        lane: Arc<Lane>,
        functions: Functions,
        plugin: Arc<Loaded>,
        interface: &'static str,
        options: Arc<str>,
    ) -> Self {
        Self {
            lane,
            functions,
            plugin,
            interface,
            options,
        }
    }

    /// What the plugin says about itself.
    pub(super) fn manifest(&self) -> &Manifest {
        &self.plugin.installed.manifest
    }

    /// The object's options as JSON text.
    pub(super) fn options(&self) -> &str {
        &self.options
    }

    /// Servers that the Provider grants.
    pub(super) fn egress(&self) -> &[Origin] {
        &self.lane.rules.egress
    }

    /// One call: `function(context, arguments…) -> result<answer, error>`.
    pub(super) async fn call<A, R>(
        &self,
        call: &Call,
        function: &'static str,
        arguments: A,
    ) -> Result<R, CallError>
    where
        A: Arguments,
        R: Lift + Send + Sync + 'static,
    {
        let before = move |_: &mut State| Ok(arguments);
        self.call_inside(call, function, before, |_, answer| answer)
            .await
    }

    /// The same, with arguments made inside of the call's store and an answer read there, before it is dropped.
    pub(super) async fn call_inside<A, R, T>(
        &self,
        call: &Call,
        function: &'static str,
        before: impl FnOnce(&mut State) -> wasmtime::Result<A> + Send + 'static,
        after: impl FnOnce(&State, R) -> T + Send + 'static,
    ) -> Result<T, CallError>
    where
        A: Arguments,
        R: Lift + Send + Sync + 'static,
        T: Send,
    {
        let index = self.functions.get(function).copied();
        let index = index.ok_or_else(|| unusable(function, "it is not exported"))?;
        let name = format!("{}.{function}", self.interface);
        if self.manifest().lacks.contains(&name) {
            let text = format!("the plugin has no `{name}`");
            return Err(PluginError::Unsupported(text).into());
        }
        let options = self.options.to_string();
        run(&self.lane, call, move |store, instance, mut context| {
            Box::pin(async move {
                context.options = options;
                let arguments = before(store.data_mut())?.after(context);
                let function = instance
                    .get_typed_func::<A::WithContext, (Result<R, GuestError>,)>(&mut *store, index)
                    .map_err(|error| other_signature(function, &error))?;
                let (answer,) = function.call_async(&mut *store, arguments).await?;
                Ok(answer.map(|answer| after(store.data(), answer)))
            })
        })
        .await
    }
}

/// An answer that contradicts the interface.
pub(super) fn unusable(function: &str, problem: impl std::fmt::Display) -> CallError {
    CallError::Answer(format!("{function}: {problem}"))
}

fn other_signature(function: &str, error: &wasmtime::Error) -> wasmtime::Error {
    wasmtime::Error::msg(format!(
        "it exports `{function}` with another signature than the interface: {error:#}"
    ))
}

/// The parameters of a function, which every function has after the context.
pub(super) trait Arguments: Send + 'static {
    type WithContext: ComponentNamedList + Lower + Send + Sync + 'static;

    fn after(self, context: Context) -> Self::WithContext;
}

macro_rules! arguments {
    ($($name:ident),*) => {
        impl<$($name: Lower + Send + Sync + 'static),*> Arguments for ($($name,)*) {
            type WithContext = (Context, $($name,)*);

            #[allow(non_snake_case, reason = "a variable is named like its type")]
            fn after(self, context: Context) -> Self::WithContext {
                let ($($name,)*) = self;
                (context, $($name,)*)
            }
        }
    };
}

arguments!();
arguments!(A);
arguments!(A, B);
arguments!(A, B, C);
arguments!(A, B, C, D);

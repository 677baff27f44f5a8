use super::{
    Established, Observed, Page, Spec, TunnelSecret,
    answer::{Answer, Asked, established},
};
use crate::{
    call::{Call, CallError},
    kinds::{
        Client,
        check::owned_by,
        client::{Arguments, unusable},
    },
};

/// The tunnels of one provider; see `wit/tunnel/tunnel.wit` for what each function means. Cheap to clone.
///
/// Every function makes one call of the plugin, in a sandbox of its own, and fails as [`CallError`] says. Dropping the
/// future ends the call. The plugin never sees a tunnel's secret: it gets a placeholder of the same form, which is
/// replaced in the bodies of the call's requests and in the connector's files, and the secret is taken out of what comes
/// back.
#[derive(Clone)]
pub struct Tunnel(pub(crate) Client);

impl Tunnel {
    /// Makes the tunnel with these routes, or finds it. Changes neither routes nor secret of one that exists.
    pub async fn ensure(
        &self,
        call: &Call,
        spec: &Spec,
        secret: &TunnelSecret,
    ) -> Result<Established, CallError> {
        self.establish(call, "ensure", spec, secret, |asked| (asked,))
            .await
    }

    /// The tunnel of this identifier, or nothing.
    pub async fn observe(&self, call: &Call, id: &str) -> Result<Option<Observed>, CallError> {
        let found: Option<Observed> = self.0.call(call, "observe", (id.to_owned(),)).await?;
        match found {
            Some(other) if other.id != id => Err(unusable(
                "observe",
                format!("`{}` was not asked for", other.id),
            )),
            found => Ok(found),
        }
    }

    /// Makes the routes of the specification those of the tunnel, where its version is still `expect`.
    pub async fn set_routes(
        &self,
        call: &Call,
        id: &str,
        spec: &Spec,
        secret: &TunnelSecret,
        expect: &str,
    ) -> Result<Established, CallError> {
        let (id, expect) = (id.to_owned(), expect.to_owned());
        self.establish(call, "set-routes", spec, secret, |asked| {
            (id, asked, expect)
        })
        .await
    }

    /// Gives the tunnel this secret. The same secret again changes nothing.
    pub async fn rotate(
        &self,
        call: &Call,
        id: &str,
        spec: &Spec,
        secret: &TunnelSecret,
    ) -> Result<Established, CallError> {
        let id = id.to_owned();
        self.establish(call, "rotate", spec, secret, |asked| (id, asked))
            .await
    }

    /// Disconnects and removes the tunnel. Another owner is a conflict; what is absent is removed.
    pub async fn delete(&self, call: &Call, id: &str, owner: &str) -> Result<(), CallError> {
        let arguments = (id.to_owned(), owner.to_owned());
        self.0.call(call, "delete", arguments).await
    }

    /// Tunnels whose owner starts with this prefix, page by page.
    pub async fn list_owned(
        &self,
        call: &Call,
        owner_prefix: &str,
        cursor: Option<&str>,
    ) -> Result<Page, CallError> {
        let arguments = (owner_prefix.to_owned(), cursor.map(ToOwned::to_owned));
        let page: Page = self.0.call(call, "list-owned", arguments).await?;
        for item in &page.items {
            owned_by(owner_prefix, item.owner.as_deref(), &item.name)?;
        }
        Ok(page)
    }

    async fn establish<A: Arguments>(
        &self,
        call: &Call,
        function: &'static str,
        spec: &Spec,
        secret: &TunnelSecret,
        arguments: impl FnOnce(Asked) -> A + Send + 'static,
    ) -> Result<Established, CallError> {
        let (spec, inside) = (spec.clone(), secret.clone());
        let (answer, placeholder) = self
            .0
            .call_inside(
                call,
                function,
                move |state| {
                    let placeholder = state.conceal(inside.expose(), "", &inside.forms())?;
                    Ok(arguments(Asked::new(spec, placeholder)))
                },
                |state, answer: Answer| (answer, state.placeholder()),
            )
            .await?;
        established(function, answer, self.0.manifest(), &placeholder, secret)
    }
}

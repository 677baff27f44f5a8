//! Reasons of conditions and events. Each has a page under `docs/reasons/` with its cause and cure.

macro_rules! reasons {
    ($($(#[$doc:meta])* $name:ident = $text:literal;)*) => {
        $($(#[$doc])* pub const $name: &str = $text;)*
        /// Every reason there is.
        pub const ALL: &[&str] = &[$($name),*];
    };
}

reasons! {
    /// Everything is as the spec says.
    READY = "Ready";
    /// Work is under way and nothing is wrong.
    PROGRESSING = "Progressing";
    /// A dependency does not hold yet.
    WAITING_FOR_DEPENDENCY = "WaitingForDependency";
    /// The object is being taken down.
    TERMINATING = "Terminating";
    /// A step of the teardown takes longer than its deadline.
    TEARDOWN_STUCK = "TeardownStuck";
    /// Dependencies form a cycle.
    DEPENDENCY_CYCLE = "DependencyCycle";
    /// A dependency names a component that does not exist.
    UNKNOWN_DEPENDENCY = "UnknownDependency";
    /// A `${…}` names something that does not exist.
    UNKNOWN_REFERENCE = "UnknownReference";
    /// A field has a value that cannot work.
    INVALID_SPEC = "InvalidSpec";
    /// Another object holds this host name.
    HOSTNAME_TAKEN = "HostnameTaken";
    /// The Gateway does not exist, is not programmed or has no address.
    GATEWAY_NOT_READY = "GatewayNotReady";
    /// The Gateway does not accept the route.
    ROUTE_NOT_ACCEPTED = "RouteNotAccepted";
    /// The Gateway API is not installed in this cluster.
    GATEWAY_API_MISSING = "GatewayApiMissing";
    /// An image cannot be pulled.
    IMAGE_PULL_FAILED = "ImagePullFailed";
    /// A container ends again and again.
    CRASH_LOOP = "CrashLoop";
    /// A container needs more memory than its limit.
    OUT_OF_MEMORY = "OutOfMemory";
    /// No node has room for a pod.
    UNSCHEDULABLE = "Unschedulable";
    /// A container cannot be created, for example because a Secret does not exist.
    CONTAINER_CONFIG_ERROR = "ContainerConfigError";
    /// A Job failed for good.
    JOB_FAILED = "JobFailed";
    /// The API server refuses an object that the spec describes.
    REFUSED_BY_API_SERVER = "RefusedByApiServer";
    /// The API server, or a webhook that it calls, does not answer or fails.
    API_SERVER_UNAVAILABLE = "ApiServerUnavailable";
    /// An object of the wanted name exists that the operator did not create.
    NAME_TAKEN = "NameTaken";
    /// A workload's pods are not ready for longer than its progress deadline.
    PROGRESS_DEADLINE_EXCEEDED = "ProgressDeadlineExceeded";
    /// The Provider does not exist.
    PROVIDER_NOT_FOUND = "ProviderNotFound";
    /// The Provider is not Ready.
    PROVIDER_NOT_READY = "ProviderNotReady";
    /// The Provider's scope does not include this namespace or zone.
    OUT_OF_SCOPE = "OutOfScope";
    /// The plugin of a Provider does not exist or is not Ready.
    PLUGIN_NOT_READY = "PluginNotReady";
    /// The plugin's reference is not in the registry.
    PLUGIN_NOT_FOUND = "PluginNotFound";
    /// What the registry serves is not an acceptable plugin.
    PLUGIN_REFUSED = "PluginRefused";
    /// A signature is required, and there is none.
    SIGNATURE_MISSING = "SignatureMissing";
    /// There are signatures, and none proves what is required.
    SIGNATURE_INVALID = "SignatureInvalid";
    /// The operator's configuration admits no plugins of this registry.
    REGISTRY_NOT_TRUSTED = "RegistryNotTrusted";
    /// A registry serves an older version than the one that runs, or another than its tag says.
    VERSION_REPLAYED = "VersionReplayed";
    /// A version of a plugin waits for approval.
    APPROVAL_REQUIRED = "ApprovalRequired";
    /// A plugin runs an earlier version because its spec says so.
    ROLLED_BACK = "RolledBack";
    /// A plugin runs what its spec stands for.
    UP_TO_DATE = "UpToDate";
    /// The registry does not answer.
    REGISTRY_UNAVAILABLE = "RegistryUnavailable";
    /// The registry does not accept the credential.
    REGISTRY_UNAUTHORIZED = "RegistryUnauthorized";
    /// The Provider's configuration does not fit the plugin's schema.
    INVALID_CONFIG = "InvalidConfig";
    /// The plugin asks for a host that the Provider does not grant.
    EGRESS_NOT_GRANTED = "EgressNotGranted";
    /// A credential is not given, or its Secret or key does not exist.
    CREDENTIAL_MISSING = "CredentialMissing";
    /// The provider does not accept the credential.
    UNAUTHORIZED = "Unauthorized";
    /// The credential lacks a permission.
    FORBIDDEN = "Forbidden";
    /// Somebody else owns the record set; it is not touched.
    RECORD_CONFLICT = "RecordConflict";
    /// The zone does not exist at the provider.
    ZONE_NOT_FOUND = "ZoneNotFound";
    /// The provider refuses the record set.
    INVALID_RECORD = "InvalidRecord";
    /// Somebody else owns the tunnel; it is not touched.
    TUNNEL_CONFLICT = "TunnelConflict";
    /// The connector of a tunnel is not connected.
    CONNECTOR_NOT_READY = "ConnectorNotReady";
    /// The provider describes a connector that the operator does not run.
    CONNECTOR_REFUSED = "ConnectorRefused";
    /// The provider does not answer or answers with an error that passes.
    PROVIDER_UNAVAILABLE = "ProviderUnavailable";
    /// The provider asks for fewer requests.
    RATE_LIMITED = "RateLimited";
    /// The plugin trapped, looped, or took too much time or memory.
    PLUGIN_FAILED = "PluginFailed";
    /// What is kept at a provider was changed by somebody else and has been put right.
    DRIFT_REPAIRED = "DriftRepaired";
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_reason_is_camel_case_and_unique() {
        let mut seen = std::collections::BTreeSet::new();
        for reason in super::ALL {
            assert!(
                reason.chars().all(|c| c.is_ascii_alphanumeric()),
                "{reason}"
            );
            assert!(
                reason.starts_with(|c: char| c.is_ascii_uppercase()),
                "{reason}"
            );
            assert!(seen.insert(reason), "{reason} twice");
        }
    }
}

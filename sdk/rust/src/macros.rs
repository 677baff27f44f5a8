//! The one macro of the SDK.

/// Makes a type the plugin of this crate: exports the manifest and the interfaces named after the colon.
///
/// ```text
/// maquette_sdk::plugin!(PowerDns: Dns);
/// maquette_sdk::plugin!(Cloudflare: Dns, Tunnel);
/// ```
///
/// The exports exist only for `wasm32`; on other targets the macro checks that the traits are implemented, so that
/// the crate's tests run as ordinary programs.
#[macro_export]
macro_rules! plugin {
    ($plugin:ident : $($kind:ident),+ $(,)?) => {
        #[cfg(target_arch = "wasm32")]
        const _: () = {
            use $crate::raw::base::export as __maquette_export_base;
            __maquette_export_base!($plugin with_types_in $crate::raw::base);
            $($crate::__maquette_export!($kind $plugin);)+
        };
        #[cfg(not(target_arch = "wasm32"))]
        const _: () = {
            const fn implements_plugin<T: $crate::Plugin>() {}
            implements_plugin::<$plugin>();
            $(
                const _: () = {
                    const fn implements_kind<T: $crate::$kind>() {}
                    implements_kind::<$plugin>();
                };
            )+
        };
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! __maquette_export {
    (Dns $plugin:ident) => {
        const _: () = {
            use $crate::raw::dns::export as __maquette_export_dns;
    __maquette_export_dns!($plugin with_types_in $crate::raw::dns);
        };
    };
    (Tunnel $plugin:ident) => {
        const _: () = {
            use $crate::raw::tunnel::export as __maquette_export_tunnel;
    __maquette_export_tunnel!($plugin with_types_in $crate::raw::tunnel);
        };
    };
    (Registry $plugin:ident) => {
        const _: () = {
            use $crate::raw::registry::export as __maquette_export_registry;
    __maquette_export_registry!($plugin with_types_in $crate::raw::registry);
        };
    };
    (Source $plugin:ident) => {
        const _: () = {
            use $crate::raw::source::export as __maquette_export_source;
    __maquette_export_source!($plugin with_types_in $crate::raw::source);
        };
    };
    (Builder $plugin:ident) => {
        const _: () = {
            use $crate::raw::builder::export as __maquette_export_builder;
    __maquette_export_builder!($plugin with_types_in $crate::raw::builder);
        };
    };
    (Bundler $plugin:ident) => {
        const _: () = {
            use $crate::raw::bundler::export as __maquette_export_bundler;
    __maquette_export_bundler!($plugin with_types_in $crate::raw::bundler);
        };
    };
    (Delivery $plugin:ident) => {
        const _: () = {
            use $crate::raw::delivery::export as __maquette_export_delivery;
    __maquette_export_delivery!($plugin with_types_in $crate::raw::delivery);
        };
    };
}

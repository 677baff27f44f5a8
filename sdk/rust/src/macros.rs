//! The one macro of the SDK.

/// Makes a type the plugin of this crate: exports the manifest and the interfaces named after the colon.
///
/// ```text
/// maquette_sdk::plugin!(PowerDns: Dns);
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
}

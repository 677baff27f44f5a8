//! Bodies that are held as a whole.

use bytes::Bytes;
use http_body_util::{BodyExt, Full, Limited};
use wasmtime_wasi_http::{Error, WasiBody};

/// A body to its end, or the error that it is longer than this many bytes.
pub(super) async fn whole(body: WasiBody, most_bytes: usize) -> Result<Bytes, Error> {
    let whole = Limited::new(body, most_bytes).collect().await;
    let whole = whole.map_err(|error| match error.downcast::<Error>() {
        Ok(error) => *error,
        Err(_too_long) => Error::HttpRequestBodySize(Some(most_bytes as u64)),
    })?;
    Ok(whole.to_bytes())
}

/// A body of these bytes.
pub(super) fn full(octets: Bytes) -> WasiBody {
    Full::new(octets)
        .map_err(|never| match never {})
        .boxed_unsync()
}

//! Style, scripts and pictures: part of the program, so that it is one file and serves no others.

use axum::{
    extract::Path,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use ring::digest;

use super::{Error, Routes};

macro_rules! assets {
    ($($name:literal: $kind:literal;)*) => {
        &[$(Asset { name: $name, kind: $kind, content: include_bytes!(concat!("../../assets/", $name)) },)*]
    };
}

struct Asset {
    name: &'static str,
    kind: &'static str,
    content: &'static [u8],
}

const ASSETS: &[Asset] = assets! {
    "logo.svg": "image/svg+xml";
    "panel.js": "text/javascript; charset=utf-8";
    "style.css": "text/css; charset=utf-8";
    "webauthn.js": "text/javascript; charset=utf-8";
};

/// Their routes.
#[must_use]
pub fn routes() -> Routes {
    Routes::new().get("/assets/{name}", asset)
}

async fn asset(Path(name): Path<String>, headers: HeaderMap) -> Result<Response, Error> {
    let asset = ASSETS.iter().find(|asset| asset.name == name).ok_or(Error::NoSuchPage)?;
    let hash = digest::digest(&digest::SHA256, asset.content);
    let tag = hash.as_ref().iter().take(12).map(|byte| format!("{byte:02x}")).collect::<String>();
    let tag = format!("\"{tag}\"");
    let unchanged =
        headers.get(header::IF_NONE_MATCH).is_some_and(|known| known.as_bytes() == tag.as_bytes());
    let mut response = if unchanged {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        ([(header::CONTENT_TYPE, asset.kind)], asset.content).into_response()
    };
    let headers = response.headers_mut();
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        headers.insert(header::ETAG, tag);
    }
    // Kept, and asked about: a new version is seen at once.
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    Ok(response)
}

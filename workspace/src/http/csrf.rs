//! Bodies that are proven to come from one of our own pages, shown to this very browser: they carry
//! a token that is derived from the secret in the browser's cookie.

use axum::{
    Form, Json,
    body::{Body, Bytes},
    extract::{FromRequest, Multipart, Request},
};
use serde::{Deserialize, de::DeserializeOwned};

use super::{App, Error, browser::Browser};

/// The field of forms that carries the token.
const FIELD: &str = "csrf";
/// The header of other requests that carries it.
const HEADER: &str = "x-csrf-token";

/// A form (`application/x-www-form-urlencoded`) of this shape, which must allow for fields that it
/// does not know: `csrf` is one.
#[derive(Debug)]
pub struct CsrfForm<T>(pub T);

/// The fields of a form, for those with repeated or unforeseen names.
#[derive(Debug, Default)]
pub struct CsrfFields(pub Vec<(String, String)>);

/// A form with one file (`multipart/form-data`); the field `csrf` comes before it, or the header.
#[derive(Debug)]
pub struct CsrfUpload {
    /// The file.
    pub file: Bytes,
    /// The other fields.
    pub fields: CsrfFields,
}

/// JSON of this shape, the token in the header `x-csrf-token`.
#[derive(Debug)]
pub struct CsrfJson<T>(pub T);

/// A form without anything but its token: a button.
#[derive(Debug, Deserialize)]
pub struct Empty {}

impl CsrfFields {
    /// The first value of a field, without blanks around it; empty where there is no such field.
    #[must_use]
    pub fn text(&self, name: &str) -> &str {
        self.all(name).next().unwrap_or_default()
    }

    /// Every value of a field, without blanks around it.
    pub fn all<'a, 'n>(&'a self, name: &'n str) -> impl Iterator<Item = &'a str> + use<'a, 'n> {
        self.0.iter().filter(move |(key, _)| key == name).map(|(_, value)| value.trim())
    }

    /// Whether a box is ticked, or a button pressed.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(key, _)| key == name)
    }
}

impl<T: DeserializeOwned> FromRequest<App> for CsrfForm<T> {
    type Rejection = Error;

    async fn from_request(request: Request, app: &App) -> Result<Self, Error> {
        let (parts, body) = request.into_parts();
        let body = Bytes::from_request(Request::from_parts(parts.clone(), body), app).await?;
        let again = || Request::from_parts(parts.clone(), Body::from(body.clone()));
        CsrfFields::from_request(again(), app).await?;
        let Form(value) = Form::<T>::from_request(again(), app).await?;
        Ok(Self(value))
    }
}

impl FromRequest<App> for CsrfFields {
    type Rejection = Error;

    async fn from_request(request: Request, app: &App) -> Result<Self, Error> {
        let browser = browser(&request)?;
        let by_header = header_proves(&browser, &request);
        let Form(mut fields) = Form::<Vec<(String, String)>>::from_request(request, app).await?;
        let by_field = fields.iter().any(|(key, value)| key == FIELD && browser.knows(value));
        if !by_header && !by_field {
            return Err(Error::Csrf);
        }
        fields.retain(|(key, _)| key != FIELD);
        Ok(Self(fields))
    }
}

impl FromRequest<App> for CsrfUpload {
    type Rejection = Error;

    async fn from_request(request: Request, app: &App) -> Result<Self, Error> {
        let browser = browser(&request)?;
        let mut proven = header_proves(&browser, &request);
        let mut parts = Multipart::from_request(request, app).await?;
        let mut upload = Self { file: Bytes::new(), fields: CsrfFields::default() };
        while let Some(part) = parts.next_field().await? {
            let name = part.name().unwrap_or_default().to_owned();
            if name == FIELD {
                proven |= browser.knows(&part.text().await?);
            } else if !proven {
                // Nothing of a stranger's is read into memory.
                return Err(Error::Csrf);
            } else if part.file_name().is_some() {
                upload.file = part.bytes().await?;
            } else {
                upload.fields.0.push((name, part.text().await?));
            }
        }
        if proven { Ok(upload) } else { Err(Error::Csrf) }
    }
}

impl<T: DeserializeOwned> FromRequest<App> for CsrfJson<T> {
    type Rejection = Error;

    async fn from_request(request: Request, app: &App) -> Result<Self, Error> {
        if !header_proves(&browser(&request)?, &request) {
            return Err(Error::Csrf);
        }
        let Json(value) = Json::<T>::from_request(request, app).await?;
        Ok(Self(value))
    }
}

fn browser(request: &Request) -> Result<Browser, Error> {
    request.extensions().get::<Browser>().cloned().ok_or(Error::Csrf)
}

fn header_proves(browser: &Browser, request: &Request) -> bool {
    request
        .headers()
        .get(HEADER)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|token| browser.knows(token))
}

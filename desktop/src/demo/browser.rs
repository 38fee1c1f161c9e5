//! A browser without a window: it follows redirects, keeps cookies, reads forms and fills them in.
//!
//! It sees of a page what a person needs who works through it: so that the demo goes through the very
//! pages of the panel, and no back door.

use std::{collections::BTreeMap, time::Duration};

use http_body_util::{BodyExt, Full, Limited};
use hyper::{
    Method, Request, Response, StatusCode,
    body::{Bytes, Incoming},
    header,
};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};
use serde_json::Value;

use form::Form;

mod form;
#[cfg(test)]
mod tests;

/// The longest page that is read, in bytes.
const MAX_PAGE: usize = 4 << 20;
/// A server in the same process that takes longer than this is stuck.
const TIMEOUT: Duration = Duration::from_secs(30);
/// Redirects in a row.
const MAX_REDIRECTS: u32 = 5;

/// Why there is no page.
#[derive(Debug, thiserror::Error)]
pub enum BrowserError {
    /// The server did not answer, or not in HTTP.
    #[error("no answer from {0}: {1}")]
    NoAnswer(String, String),
    /// The server refuses.
    #[error("{status}: {said}")]
    Refused {
        /// The HTTP status.
        status: u16,
        /// What the page or the problem says.
        said: String,
    },
    /// The page has no such form or field.
    #[error("the page {page} has no {what}")]
    Missing {
        /// Where.
        page: String,
        /// What was looked for.
        what: String,
    },
}

/// A page, as it was answered.
#[derive(Debug, Clone)]
pub struct Page {
    /// Its address, less the origin.
    pub path: String,
    /// Its text.
    pub html: String,
}

/// One browser, with its cookies.
#[derive(Debug)]
pub struct Browser {
    origin: String,
    client: Client<HttpConnector, Full<Bytes>>,
    cookies: BTreeMap<String, String>,
}

impl Browser {
    /// A browser that stays at one origin, such as `http://localhost:8080`.
    pub fn new(origin: &str) -> Self {
        Self {
            origin: origin.to_owned(),
            client: Client::builder(TokioExecutor::new()).build_http(),
            cookies: BTreeMap::new(),
        }
    }

    /// Opens a page, by its path or its whole address.
    ///
    /// # Errors
    /// Any [`BrowserError`].
    pub async fn open(&mut self, address: &str) -> Result<Page, BrowserError> {
        self.page(Method::GET, address, None).await
    }

    /// Fills the form of `page` that has all these fields, and sends it.
    ///
    /// # Errors
    /// Any [`BrowserError`].
    pub async fn submit(
        &mut self,
        page: &Page,
        fields: &[(&str, &str)],
    ) -> Result<Page, BrowserError> {
        let form = Form::find(&page.html, fields).ok_or_else(|| page.missing("such a form"))?;
        self.send(page, &form, fields).await
    }

    /// Presses the button with this text, in the form that it belongs to.
    ///
    /// # Errors
    /// Any [`BrowserError`].
    pub async fn press(
        &mut self,
        page: &Page,
        button: &str,
        fields: &[(&str, &str)],
    ) -> Result<Page, BrowserError> {
        let form = Form::with_button(&page.html, button).ok_or_else(|| page.missing(button))?;
        self.send(page, &form, fields).await
    }

    /// Posts JSON as the page's own script does, with the page's CSRF token.
    ///
    /// # Errors
    /// Any [`BrowserError`].
    pub async fn post_json(
        &mut self,
        path: &str,
        csrf: Option<&str>,
        body: &Value,
    ) -> Result<Value, BrowserError> {
        let mut request =
            self.request(Method::POST, path).header(header::CONTENT_TYPE, "application/json");
        if let Some(csrf) = csrf {
            request = request.header("x-csrf-token", csrf);
        }
        let (status, _, text) = self.exchange(request, body.to_string().into()).await?;
        let answer = serde_json::from_str(&text).unwrap_or(Value::Null);
        if status.is_success() {
            return Ok(answer);
        }
        let said = answer.get("detail").or_else(|| answer.get("title")).and_then(Value::as_str);
        Err(BrowserError::Refused {
            status: status.as_u16(),
            said: said.unwrap_or(&text).to_owned(),
        })
    }

    async fn send(
        &mut self,
        page: &Page,
        form: &Form,
        fields: &[(&str, &str)],
    ) -> Result<Page, BrowserError> {
        let action = form.action.clone().unwrap_or_else(|| page.path.clone());
        let body = form.filled(fields);
        if form.post {
            return self.page(Method::POST, &action, Some(body)).await;
        }
        let path = action.split('?').next().unwrap_or_default();
        self.page(Method::GET, &format!("{path}?{body}"), None).await
    }

    async fn page(
        &mut self,
        mut method: Method,
        address: &str,
        mut form: Option<String>,
    ) -> Result<Page, BrowserError> {
        let mut path = self.path(address);
        for _ in 0..MAX_REDIRECTS {
            let mut request = self.request(method, &path);
            if form.is_some() {
                request = request
                    .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
                    .header(header::ORIGIN, &self.origin);
            }
            let body = form.take().unwrap_or_default();
            let (status, location, html) = self.exchange(request, body.into()).await?;
            match location {
                Some(location) if status.is_redirection() => path = self.path(&location),
                _ if status.is_success() => return Ok(Page { path, html }),
                _ => {
                    let said = form::text_of(&html);
                    return Err(BrowserError::Refused { status: status.as_u16(), said });
                }
            }
            method = Method::GET;
        }
        Err(BrowserError::NoAnswer(path, "too many redirects".to_owned()))
    }

    /// The path of an address at this origin.
    fn path(&self, address: &str) -> String {
        let path = address.strip_prefix(&self.origin).unwrap_or(address);
        // What follows `#` never leaves a browser.
        path.split('#').next().unwrap_or_default().to_owned()
    }

    fn request(&self, method: Method, path: &str) -> hyper::http::request::Builder {
        let mut request = Request::builder().method(method).uri(format!("{}{path}", self.origin));
        if !self.cookies.is_empty() {
            let pairs: Vec<_> = self.cookies.iter().map(|(k, v)| format!("{k}={v}")).collect();
            request = request.header(header::COOKIE, pairs.join("; "));
        }
        request
    }

    async fn exchange(
        &mut self,
        request: hyper::http::request::Builder,
        body: Bytes,
    ) -> Result<(StatusCode, Option<String>, String), BrowserError> {
        let origin = self.origin.clone();
        let failed = |why: String| BrowserError::NoAnswer(origin.clone(), why);
        let request = request.body(Full::new(body)).map_err(|error| failed(error.to_string()))?;
        let answered = async {
            let response = self.client.request(request).await.map_err(|error| error.to_string())?;
            let (head, body): (_, Incoming) = Response::into_parts(response);
            let body = Limited::new(body, MAX_PAGE).collect().await.map_err(|e| e.to_string())?;
            Ok((head, body.to_bytes()))
        };
        let (head, body) = tokio::time::timeout(TIMEOUT, answered)
            .await
            .unwrap_or_else(|_| Err("it takes too long".to_owned()))
            .map_err(failed)?;
        for cookie in head.headers.get_all(header::SET_COOKIE) {
            self.keep(cookie.to_str().unwrap_or_default());
        }
        let location = head.headers.get(header::LOCATION);
        let location = location.and_then(|location| location.to_str().ok()).map(str::to_owned);
        Ok((head.status, location, String::from_utf8_lossy(&body).into_owned()))
    }

    fn keep(&mut self, cookie: &str) {
        let pair = cookie.split(';').next().unwrap_or_default();
        let Some((name, value)) = pair.split_once('=') else { return };
        if value.is_empty() {
            self.cookies.remove(name);
        } else {
            self.cookies.insert(name.to_owned(), value.to_owned());
        }
    }
}

impl Page {
    /// Whether the page says this, tags aside.
    pub fn says(&self, text: &str) -> bool {
        form::text_of(&self.html).contains(text)
    }

    /// The value of the first attribute of this name in an element that also contains `beside`.
    pub fn attribute(&self, beside: &str, name: &str) -> Result<String, BrowserError> {
        form::tags(&self.html)
            .filter(|tag| tag.contains(beside))
            .find_map(|tag| form::attribute(tag, name))
            .ok_or_else(|| self.missing(&format!("{name} beside {beside}")))
    }

    /// The page with a box unticked: what is not ticked is not sent.
    pub fn without(&self, field: &str) -> Self {
        let ticked = format!("name=\"{field}\" value=\"on\" checked");
        let unticked = format!("name=\"{field}\" value=\"on\"");
        Self { path: self.path.clone(), html: self.html.replace(&ticked, &unticked) }
    }

    fn missing(&self, what: &str) -> BrowserError {
        BrowserError::Missing { page: self.path.clone(), what: what.to_owned() }
    }
}

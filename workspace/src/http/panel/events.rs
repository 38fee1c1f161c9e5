//! The event log.

use askama::Template;
use axum::{
    extract::{Query, State},
    http::StatusCode,
    response::Response,
};
use serde::Deserialize;
use time::{Date, Month, OffsetDateTime, Time};

use super::{
    address::{Pages, address},
    users::download,
};
use crate::{
    http::{
        Admin, App, CsrfForm, Empty, Error, Routes,
        form::FormErrors,
        layout::{Section, Shell},
        render, render_with, words,
    },
    model::{
        Action, ActorKind, Event, EventQuery, ExportFormat, LogDamage, Page, PageRequest, Role,
        Timestamp,
    },
    service::ServiceError,
};

pub(super) fn routes() -> Routes {
    Routes::new()
        .get("/admin/events", list)
        .get("/admin/events/export", export)
        .post("/admin/events/verify", verify)
}

/// What the log is narrowed to, as the page's address says.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct EventFilter {
    pub(super) search: String,
    pub(super) action: String,
    pub(super) actor: String,
    pub(super) user: String,
    pub(super) key: String,
    pub(super) from: String,
    pub(super) until: String,
    pub(super) cursor: String,
    pub(super) format: String,
}

impl EventFilter {
    fn query(&self) -> Result<EventQuery, FormErrors> {
        let mut errors = FormErrors::none();
        let mut day = |field, text: &str, days_later| {
            (!text.is_empty()).then(|| {
                start_of_day(text, days_later).unwrap_or_else(|| {
                    errors.push(field, format!("{text} is no day: write it like 2031-05-07."));
                    Timestamp::default()
                })
            })
        };
        let from = day("from", self.from.trim(), 0);
        // The day itself belongs to it: until the next one begins.
        let until = day("until", self.until.trim(), 1);
        if errors.any() {
            return Err(errors);
        }
        let search = self.search.trim();
        Ok(EventQuery {
            action: Action::from_name(&self.action),
            actor: actor_kind(&self.actor),
            user: self.user.parse().ok(),
            key: self.key.parse().ok(),
            search: (!search.is_empty()).then(|| search.to_owned()),
            from,
            until,
        })
    }

    fn address(&self, path: &str, more: (&str, &str)) -> String {
        address(
            path,
            &[
                ("search", self.search.trim()),
                ("action", &self.action),
                ("actor", &self.actor),
                ("user", &self.user),
                ("key", &self.key),
                ("from", &self.from),
                ("until", &self.until),
                more,
            ],
        )
    }

    /// Where what is shown is exported: `csv` or `jsonl`.
    pub(super) fn export(&self, format: &str) -> String {
        self.address("/admin/events/export", ("format", format))
    }
}

fn actor_kind(name: &str) -> Option<ActorKind> {
    serde_json::from_value(serde_json::Value::String(name.to_owned())).ok()
}

/// The beginning of a day (UTC) that is written like `2031-05-07`, or of a later one.
fn start_of_day(text: &str, days_later: i64) -> Option<Timestamp> {
    let mut parts = text.splitn(3, '-');
    let year = parts.next()?.parse().ok()?;
    let month = Month::try_from(parts.next()?.parse::<u8>().ok()?).ok()?;
    let day = parts.next()?.parse().ok()?;
    let date = Date::from_calendar_date(year, month, day).ok()?;
    let date = date.checked_add(time::Duration::days(days_later))?;
    let seconds = OffsetDateTime::new_utc(date, Time::MIDNIGHT).unix_timestamp();
    Some(Timestamp(seconds.checked_mul(1000)?))
}

#[derive(Template)]
#[template(path = "log/events.html")]
pub(super) struct EventsPage {
    pub(super) shell: Shell,
    pub(super) filter: EventFilter,
    pub(super) errors: FormErrors,
    pub(super) events: Vec<Event>,
    pub(super) pages: Pages,
    pub(super) total: String,
    /// What a verification found: how many entries hold, or where the damage is.
    pub(super) verdict: Option<Result<String, LogDamage>>,
}

impl EventsPage {
    fn new(shell: Shell, filter: EventFilter, page: Page<Event>) -> Self {
        Self {
            pages: Pages::of(&page, |cursor| filter.address("/admin/events", ("cursor", cursor))),
            total: words::total(&page, "entry", "entries"),
            events: page.items,
            errors: FormErrors::none(),
            verdict: None,
            shell,
            filter,
        }
    }
}

async fn list(
    State(app): State<App>,
    admin: Admin,
    Query(filter): Query<EventFilter>,
) -> Result<Response, Error> {
    let shell = admin.shell(&app, Section::Events);
    let cursor = (!filter.cursor.is_empty()).then(|| filter.cursor.clone());
    let request = PageRequest { cursor, limit: 0 };
    match filter.query() {
        Ok(query) => {
            let page = app.workspace.events(&query, &request).await?;
            render(&EventsPage::new(shell, filter, page))
        }
        Err(errors) => {
            let page = app.workspace.events(&EventQuery::default(), &request).await?;
            let page = EventsPage { errors, ..EventsPage::new(shell, filter, page) };
            render_with(StatusCode::UNPROCESSABLE_ENTITY, &page)
        }
    }
}

async fn export(
    State(app): State<App>,
    admin: Admin,
    Query(filter): Query<EventFilter>,
) -> Result<Response, Error> {
    let query = filter.query().map_err(|errors| ServiceError::Invalid(errors.all().to_vec()))?;
    let (format, name, media_type) = match filter.format.as_str() {
        "csv" => (ExportFormat::Csv, "events.csv", "text/csv; charset=utf-8"),
        "jsonl" => (ExportFormat::Jsonl, "events.jsonl", "application/jsonl"),
        _ => return Err(Error::BadRequest("the format is csv or jsonl".to_owned())),
    };
    let file = app.workspace.export_events(&admin.actor(), &query, format).await?;
    Ok(download(name, media_type, file))
}

async fn verify(
    State(app): State<App>,
    admin: Admin,
    CsrfForm(Empty {}): CsrfForm<Empty>,
) -> Result<Response, Error> {
    // Looking is what auditors are for: no role is needed beyond being signed in.
    admin.require(Role::Auditor)?;
    let verdict = app.workspace.verify_log().await?;
    let page = app.workspace.events(&EventQuery::default(), &PageRequest::default()).await?;
    let shell = admin.shell(&app, Section::Events);
    let verdict = verdict.map(|entries| words::count(entries, "entry", "entries"));
    render(&EventsPage {
        verdict: Some(verdict),
        ..EventsPage::new(shell, EventFilter::default(), page)
    })
}

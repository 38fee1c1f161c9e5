//! Users from a file: what each line would do is shown first, and done only when it is confirmed.

use askama::Template;
use axum::{
    extract::{DefaultBodyLimit, State},
    http::StatusCode,
    response::Response,
};

use crate::{
    http::{
        Admin, App, CsrfUpload, Error, Routes,
        form::FormErrors,
        layout::{Section, Shell},
        render, render_with, see_other, words,
    },
    model::{ImportLine, ImportPlan, ImportPreview, Role},
    service::{MAX_IMPORT_SIZE, ServiceError},
};

/// How many lines of a preview are shown. Wrong ones beyond are shown too, up to as many again.
const SHOWN_LINES: usize = 500;

/// What a form adds to its file, at most.
const AROUND_FILE: usize = 64 * 1024;

pub(super) fn routes() -> Routes {
    Routes::new()
        .get("/admin/users/import", show)
        .post("/admin/users/import", preview)
        .post("/admin/users/import/confirm", import)
        .map(|router| router.route_layer(DefaultBodyLimit::max(MAX_IMPORT_SIZE + AROUND_FILE)))
}

#[derive(Template)]
#[template(path = "users/import.html")]
pub(super) struct ImportPage {
    pub(super) shell: Shell,
    pub(super) errors: FormErrors,
}

#[derive(Template)]
#[template(path = "users/import-preview.html")]
pub(super) struct PreviewPage {
    pub(super) shell: Shell,
    pub(super) preview: ImportPreview,
    /// The file: the form that confirms brings it back.
    pub(super) content: String,
}

impl PreviewPage {
    /// The lines that are shown, and none of the wrong ones left out as long as there is room.
    pub(super) fn lines(&self) -> Vec<&ImportLine> {
        let is_wrong = |line: &ImportLine| matches!(line.plan, ImportPlan::Error { .. });
        let lines = self.preview.lines.iter().enumerate();
        let shown = lines.filter(|(at, line)| *at < SHOWN_LINES || is_wrong(line));
        shown.map(|(_, line)| line).take(2 * SHOWN_LINES).collect()
    }

    pub(super) fn hidden(&self) -> usize {
        self.preview.lines.len() - self.lines().len()
    }

    /// Whether there is anything to do.
    pub(super) fn does_something(&self) -> bool {
        self.preview.added + self.preview.changed > 0
    }
}

async fn show(State(app): State<App>, admin: Admin) -> Result<Response, Error> {
    admin.require(Role::Administrator)?;
    render(&ImportPage { shell: admin.shell(&app, Section::Import), errors: FormErrors::none() })
}

async fn preview(
    State(app): State<App>,
    admin: Admin,
    upload: CsrfUpload,
) -> Result<Response, Error> {
    admin.require(Role::Administrator)?;
    let shell = admin.shell(&app, Section::Import);
    let mut errors = FormErrors::none();
    if upload.file.is_empty() {
        errors.push("file", "Choose a file that is not empty.");
        return render_with(StatusCode::UNPROCESSABLE_ENTITY, &ImportPage { shell, errors });
    }
    let Ok(content) = String::from_utf8(upload.file.to_vec()) else {
        errors.push("file", "The file is not UTF-8: save it as “CSV UTF-8” and choose it again.");
        return render_with(StatusCode::UNPROCESSABLE_ENTITY, &ImportPage { shell, errors });
    };
    match app.workspace.preview_import(content.as_bytes()).await {
        Ok(preview) => render(&PreviewPage { shell, preview, content }),
        Err(error) => again(shell, error),
    }
}

async fn import(
    State(app): State<App>,
    admin: Admin,
    upload: CsrfUpload,
) -> Result<Response, Error> {
    admin.require(Role::Administrator)?;
    let content = upload.fields.text("content");
    match app.workspace.import(&admin.actor(), content.as_bytes()).await {
        Ok(report) => {
            let left_out = u64::try_from(report.left_out.len()).unwrap_or(u64::MAX);
            let left_out = match left_out {
                0 => String::new(),
                left_out => {
                    format!(" {} left out.", words::count(left_out, "line was", "lines were"))
                }
            };
            let said = format!(
                "{} added, {} changed.{left_out}",
                words::count(report.added, "user", "users"),
                report.changed,
            );
            Ok(see_other("/admin/users", said))
        }
        Err(error) => again(admin.shell(&app, Section::Import), error),
    }
}

fn again(shell: Shell, error: ServiceError) -> Result<Response, Error> {
    let errors = FormErrors::from_service(error)?;
    render_with(StatusCode::UNPROCESSABLE_ENTITY, &ImportPage { shell, errors })
}

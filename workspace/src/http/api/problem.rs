//! What goes wrong, as the description says it.

use std::collections::BTreeMap;

use serde::Serialize;
use utoipa::{
    IntoResponses, ToSchema,
    openapi::{ContentBuilder, Ref, RefOr, Response, ResponseBuilder},
};

/// A problem (RFC 9457).
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "type": "about:blank",
    "title": "Some fields need another value",
    "status": 422,
    "detail": "some fields need another value",
    "errors": [{ "field": "email", "message": "this is no e-mail address" }],
}))]
pub(super) struct Problem {
    /// What kind of problem: a URI, `about:blank` where the status says it all.
    #[serde(rename = "type")]
    kind: String,
    /// The kind, for people.
    title: String,
    /// The status of the answer.
    #[schema(minimum = 400, maximum = 599)]
    status: u16,
    /// What happened and what to do next, for people.
    detail: String,
    /// What is wrong with which field, with status 422.
    #[schema(nullable = false)]
    errors: Option<Vec<ProblemField>>,
}

/// What is wrong with one field.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ProblemField {
    /// The field's name.
    field: String,
    /// What is wrong with it, for people.
    message: String,
}

/// What can happen to every request.
pub(super) struct Always;

/// What can happen to requests about something with an identifier.
pub(super) struct OfOne;

/// What can happen to requests with a body.
pub(super) struct WithBody;

/// What can happen to requests whose query can say what is not there to be had.
pub(super) struct WithQuery;

/// What can happen to requests that change something.
pub(super) struct Changing;

const ALWAYS: [(&str, &str); 6] = [
    ("400", "The request cannot be read."),
    ("401", "There is no token, or it is not good."),
    ("403", "The token lacks the scope."),
    ("408", "The request took too long."),
    ("500", "The workspace failed."),
    ("503", "The workspace is busy."),
];

const OF_ONE: [(&str, &str); 1] = [("404", "There is no such thing.")];

const WITH_BODY: [(&str, &str); 3] = [
    ("413", "The body is too long."),
    ("415", "The body is of another media type."),
    ("422", "Some values are not what they should be."),
];

const WITH_QUERY: [(&str, &str); 1] = [("422", "Some values are not what they should be.")];

const CHANGING: [(&str, &str); 1] = [("409", "It does not fit the state that things are in.")];

type Responses = BTreeMap<String, RefOr<Response>>;

fn responses(list: &[(&str, &str)]) -> Responses {
    let problem = |description: &str| {
        let content = ContentBuilder::new().schema(Some(Ref::from_schema_name("Problem"))).build();
        ResponseBuilder::new()
            .description(description)
            .content("application/problem+json", content)
            .build()
            .into()
    };
    list.iter().map(|(status, text)| ((*status).to_owned(), problem(text))).collect()
}

macro_rules! into_responses {
    ($($name:ident: $list:ident;)*) => {$(
        impl IntoResponses for $name {
            fn responses() -> Responses {
                responses(&$list)
            }
        }
    )*};
}

into_responses! {
    Always: ALWAYS;
    OfOne: OF_ONE;
    WithBody: WITH_BODY;
    WithQuery: WITH_QUERY;
    Changing: CHANGING;
}

//! Pages, the JSON API and the phones' endpoints.

pub mod form;
pub mod layout;
pub mod views;
pub mod words;

//! Pages, the JSON API and the phones' endpoints.

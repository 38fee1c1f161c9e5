//! A router that can be asked what it serves.

use axum::{
    Router,
    handler::Handler,
    http::Method,
    routing::{MethodFilter, on},
};

use super::App;

/// One route.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Route {
    /// By which method.
    pub method: Method,
    /// The path, with `{names}` for its variable parts.
    pub path: String,
}

/// Routes, and a list of them.
#[derive(Debug, Default)]
pub struct Routes {
    router: Router<App>,
    list: Vec<Route>,
}

macro_rules! methods {
    ($($(#[$doc:meta])* $name:ident: $method:ident;)*) => {$(
        $(#[$doc])*
        #[must_use]
        pub fn $name<H, T>(self, path: &str, handler: H) -> Self
        where
            H: Handler<T, App>,
            T: 'static,
        {
            self.on(Method::$method, MethodFilter::$method, path, handler)
        }
    )*};
}

impl Routes {
    /// None yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    methods! {
        /// Answers GET, and HEAD with it.
        get: GET;
        /// Answers POST.
        post: POST;
        /// Answers PUT.
        put: PUT;
        /// Answers PATCH.
        patch: PATCH;
        /// Answers DELETE.
        delete: DELETE;
    }

    fn on<H, T>(mut self, method: Method, filter: MethodFilter, path: &str, handler: H) -> Self
    where
        H: Handler<T, App>,
        T: 'static,
    {
        self.router = self.router.route(path, on(filter, handler));
        self.list.push(Route { method, path: path.to_owned() });
        self
    }

    /// Takes in another area's routes.
    #[must_use]
    pub fn merge(mut self, other: Self) -> Self {
        self.router = self.router.merge(other.router);
        self.list.extend(other.list);
        self
    }

    /// Takes in a router together with the list of what it serves, such as one that was made from
    /// an OpenAPI description.
    #[must_use]
    pub fn merge_router(mut self, router: Router<App>, list: Vec<Route>) -> Self {
        self.router = self.router.merge(router);
        self.list.extend(list);
        self
    }

    /// Puts something around the routes that are there so far (as [`Router::route_layer`]).
    #[must_use]
    pub fn map(mut self, change: impl FnOnce(Router<App>) -> Router<App>) -> Self {
        self.router = change(self.router);
        self
    }

    /// What is served.
    #[must_use]
    pub fn list(&self) -> &[Route] {
        &self.list
    }

    /// The router alone.
    pub fn into_router(self) -> Router<App> {
        self.router
    }
}

//! Pages whose handlers live in other files: templates as types, so that a page that lacks something
//! does not compile.

mod staff;
mod visitor;

pub use staff::{
    AccountPage, AdministratorsPage, ConfirmPage, InvitationPage, SetUpPage, SignInPage, TokensPage,
};
pub use visitor::{ActivatePage, ErrorPage, MePage, RegisterPage, UserSignInPage};

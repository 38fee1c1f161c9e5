//! What a workspace is made of, as the rest of the crate speaks of it.

mod id;
mod import;
mod key;
mod log;
mod page;
mod staff;
mod time;
mod user;

pub use id::{
    AdministratorId, GroupId, KeyId, MailId, PasskeyId, SessionId, TicketId, TokenId, UserId,
};
pub use import::{ExportFormat, ImportLine, ImportPlan, ImportPreview, ImportReport};
pub use key::{IssuedTicket, Key, KeyKind, NewKey, Ticket, TicketPurpose, TicketState};
pub use log::{Action, Actor, ActorKind, Event, EventQuery, LogDamage, Subject};
pub use page::{Page, PageRequest};
pub use staff::{Administrator, Mail, MailState, Passkey, Role, Scope, Token};
pub use time::Timestamp;
pub use user::{Group, InvitationReport, NewUser, User, UserQuery, UserSort, UserState};

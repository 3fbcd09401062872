//! How things come in: requests, live connections, event consumers, timers.
//!
//! A request reaches rows on one path only: [`Allowed`] says who asks, for which tenant and
//! with what right; it alone opens a [`Cx`], one transaction of that caller at one moment.

mod allowed;
mod app;
mod body;
mod cx;
pub mod idempotency;
pub mod live;
mod page;
mod permission;
mod problem;
pub mod protect;
mod request;
pub mod work;

pub use allowed::{Allowed, Public, Reason};
pub use app::{Admitted, App, Doorkeeper, Opening, Origins, Pending, System};
pub use body::{Json, Path, Query};
pub use cx::{Cx, Revocation, Revoked, Target};
pub use page::{Cursor, Page, Paging};
pub use permission::{AnyVisitor, Permission, Plane, ProvenVisitor};
pub use problem::{Answer, FieldError, Problem};
pub use request::{Arrival, RequestScope, request_id};

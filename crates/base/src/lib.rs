//! The words that every crate shares: ids, moments, secrets, scope, caller, event, fault.
//!
//! Nothing here does anything with the outside; a type that is made here has been checked.

mod caller;
mod event;
mod fault;
mod id;
mod moment;
mod named;
mod scope;
mod token;
mod trust;

pub use caller::{Caller, Role};
pub use event::{Event, Topic};
pub use fault::Fault;
pub use id::{BadId, Id, Kind, kinds};
pub use moment::Moment;
pub use scope::{BadEnvironment, Environment, Scope};
pub use token::{BadToken, Digest, Secret, Token, TokenKind, tokens};
pub use trust::{Provenance, Trust};

/// The id of an organization, the owner of tenants and members.
pub type OrganizationId = Id<kinds::Organization>;
/// The id of a tenant: one organization in one environment.
pub type TenantId = Id<kinds::Tenant>;
/// The id of a widget install.
pub type WidgetId = Id<kinds::Widget>;
/// The id of a stored person.
pub type ContactId = Id<kinds::Contact>;
/// The id of a contact's employer.
pub type CompanyId = Id<kinds::Company>;
/// The id of a visitor's session.
pub type SessionId = Id<kinds::Session>;
/// The id of a conversation.
pub type ConversationId = Id<kinds::Conversation>;
/// The id of a message.
pub type MessageId = Id<kinds::Message>;
/// The id of a notification, from its sending on.
pub type NotificationId = Id<kinds::Notification>;
/// The id of something that is told to many.
pub type BroadcastId = Id<kinds::Broadcast>;
/// The id of a browser that takes web push.
pub type PushSubscriptionId = Id<kinds::PushSubscription>;
/// The id of a member of the dashboard.
pub type MemberId = Id<kinds::Member>;
/// The id of a member's sign-in.
pub type SignInId = Id<kinds::SignIn>;
/// The id of an identity secret or public key.
pub type IdentitySecretId = Id<kinds::IdentitySecret>;
/// The id of a secret key of the server plane.
pub type ApiKeyId = Id<kinds::ApiKey>;
/// The id of one request, shown to the caller as the reference number.
pub type RequestId = Id<kinds::Request>;
/// The id of an entry of the audit log.
pub type AuditId = Id<kinds::Audit>;

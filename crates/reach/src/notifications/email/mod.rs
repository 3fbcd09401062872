//! Emails: the carrier of the channel `email`.
//!
//! - **NE1** An email goes to the address that was proven or set at the time it is carried. One
//!   that somebody merely said is not written to: it could be anybody's.
//! - **NE2** A letter has HTML and plain text that say the same, and the same Message-ID at every
//!   attempt, so that a repetition can be told.
//! - **NE3** No text becomes a header, and no address a second one.
//! - **NE4** A letter that its reader may do without carries a link to do without it, at once by a
//!   POST (RFC 8058). Opening the link changes nothing: programs open links, too.
//! - **NE5** What the mail server refuses for now, or a server that is not there, is tried again;
//!   what it refuses for good is not. The log says the code, and no address.

pub mod plain;
pub mod unsubscribe;
mod write;

use countersign_base::{ContactId, Fault, Provenance};
use countersign_door::{App, Cx, Pending};
use countersign_infra::mail::{Letter, MailFault, Mailer, is_address};
use countersign_people::contacts::{self, FieldName};

use self::write::Written;
use super::outbox::{Carrier, Failed, Job, Reach, Within};
use super::refusal::Refusal;

/// Gives emails to the operator's mail server.
pub struct Email {
    mailer: Mailer,
}

impl Email {
    /// A carrier that uses this mailer.
    pub fn new(mailer: Mailer) -> Self {
        Self { mailer }
    }

    async fn send(&self, app: &App, job: &Job) -> Result<(), Failed> {
        let later = |_: Fault| Failed::later("the store does not answer");
        let (contact, tenant) = (job.contact, job.scope.tenant);
        let system = app.system(job.scope).await.map_err(later)?;
        let id = job.id;
        let look = async move |cx: &mut Cx<'_>| {
            let address = address(cx, contact).await?;
            let token = unsubscribe::token(cx, id).await?;
            Ok::<_, Fault>((address, token))
        };
        let (address, token) = system.read(look).await.map_err(later)?;
        let to = address.map_err(Failed::never)?.0;
        let url = token.map(|token| unsubscribe::url(&app.origins.widget, tenant, &token));
        let Some(Written { subject, html, text }) = write::write(&job.content, url.as_ref()) else {
            return Err(Failed::never("there is no text for this channel"));
        };
        let letter = Letter {
            to: &to,
            subject: &subject,
            text: &text,
            html: Some(&html),
            id: &format!("{}.email", job.id),
            date: job.queued_at,
            unsubscribe: url.as_ref(),
        };
        self.mailer.send(&letter).await.map_err(|fault| match fault {
            MailFault::Later(why) => Failed::later(why),
            MailFault::Never(why) => Failed::never(why),
        })
    }
}

impl Carrier for Email {
    fn reaches<'a>(
        &'a self,
        cx: &'a mut Cx<'_>,
        contact: ContactId,
    ) -> Within<'a, Result<Reach, Fault>> {
        Box::pin(async move {
            Ok(match address(cx, contact).await? {
                Ok((_, provenance)) => Reach::Yes(Some(provenance)),
                Err(reason) => Reach::No(reason),
            })
        })
    }

    fn carry<'a>(&'a self, app: &'a App, job: &'a Job) -> Pending<'a, Result<(), Failed>> {
        Box::pin(self.send(app, job))
    }
}

/// The contact's address and how we know it, or why it has none that may be used (NE1).
async fn address(
    cx: &mut Cx<'_>,
    contact: ContactId,
) -> Result<Result<(String, Provenance), &'static str>, Fault> {
    let contact = match contacts::find(cx, contact).await.map_err(Refusal::from) {
        Ok(contact) => contact,
        Err(Refusal::Store(fault)) => return Err(fault),
        Err(_) => return Ok(Err("the contact was erased")),
    };
    let Some(known) = contact.fields.known(FieldName::Email) else {
        return Ok(Err("the contact has no email address"));
    };
    Ok(if known.provenance < Provenance::Set {
        Err("the contact's email address was only said, neither proven nor set")
    } else if is_address(&known.value) {
        Ok((known.value.clone(), known.provenance))
    } else {
        Err("the contact's email address is none that mail goes to")
    })
}

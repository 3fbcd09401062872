//! Brings a notification to every browser of its contact.

use countersign_base::{ContactId, Fault, NotificationId, PushSubscriptionId};
use countersign_door::{App, Cx, Pending};
use tokio::task::JoinSet;

use super::model::New;
use super::notice::Notice;
use super::service::{self, Said};
use super::vapid::VapidKey;
use super::{stands, store};
use crate::notifications::outbox::{Carrier, Failed, Job, Parcel, Reach, Within};

/// Carries notifications to browsers.
#[derive(Clone, Copy, Debug)]
pub struct WebPush;

impl Carrier for WebPush {
    fn reaches<'a>(
        &'a self,
        cx: &'a mut Cx<'_>,
        contact: ContactId,
    ) -> Within<'a, Result<Reach, Fault>> {
        Box::pin(async move {
            let is_there = store::is_there(cx, contact).await?;
            Ok(if is_there { Reach::Yes(None) } else { Reach::No(NOWHERE) })
        })
    }

    fn carry<'a>(&'a self, app: &'a App, job: &'a Job) -> Pending<'a, Result<(), Failed>> {
        Box::pin(async move {
            let Parcel::WebPush(text) = &job.content.parcel else {
                return Err(Failed::never("this is no text for a browser"));
            };
            let message = Notice::of(job.id, text).bytes();
            let look = look(app, job).await.map_err(|fault| cannot_be_read(&fault))?;
            let said = ask(app, job.id, &message, look).await;
            let outcome = outcome(&said);
            settle(app, job, said).await.map_err(|fault| cannot_be_read(&fault))?;
            outcome
        })
    }
}

/// Why nothing was sent where no browser is left.
const NOWHERE: &str = "the contact takes web push in no browser";

fn cannot_be_read(fault: &Fault) -> Failed {
    tracing::error!(%fault, "browsers' subscriptions cannot be read");
    Failed::later("the store failed")
}

/// Where a notification goes.
struct Look {
    key: VapidKey,
    /// Browsers that wait for it.
    waiting: Vec<(PushSubscriptionId, New)>,
    /// What is known without asking anybody.
    known: Answers,
}

/// What became of it in each browser.
type Answers = Vec<(PushSubscriptionId, Said)>;

/// The contact's browsers: those that have it since an earlier attempt, those whose proof has
/// ended (NP6), and those that are asked.
async fn look(app: &App, job: &Job) -> Result<Look, Fault> {
    let (contact, id) = (job.contact, job.id);
    let look = async move |cx: &mut Cx<'_>| {
        let key = store::key(cx).await?.ok_or(Fault::Corrupt("a browser without a key"))?;
        let mut look = Look { key, waiting: Vec::new(), known: Vec::new() };
        for kept in store::of_contact(cx, contact).await? {
            if !stands(cx, &kept.maker).await? {
                look.known.push((kept.id, Said::Gone));
            } else if kept.used_for == Some(id) {
                look.known.push((kept.id, Said::Taken));
            } else {
                look.waiting.push((kept.id, kept.new));
            }
        }
        Ok(look)
    };
    app.system(job.scope).await?.read(look).await
}

/// Hands the message to the push services of all browsers at once (NP1, NP2, NP4).
async fn ask(app: &App, id: NotificationId, message: &[u8], look: Look) -> Answers {
    let mut asked = JoinSet::new();
    let (subject, now) = (app.origins.public.as_str(), app.clock.now());
    for (browser, new) in look.waiting {
        let request = service::request(&look.key, subject, &new, (id, message), now);
        let fetcher = app.fetcher.clone();
        asked.spawn(async move {
            let said = match request {
                Ok(request) => service::ask(&fetcher, &new, request, now).await,
                Err(said) => said,
            };
            (browser, said)
        });
    }
    let mut answers = look.known;
    answers.extend(asked.join_all().await);
    answers
}

/// Whether it is there: in some browser, and in none it is still worth trying.
fn outcome(answers: &Answers) -> Result<(), Failed> {
    let (mut is_there, mut later, mut never) = (false, None, NOWHERE.to_owned());
    for (_, said) in answers {
        match said {
            Said::Taken => is_there = true,
            Said::Gone => {}
            Said::Later { why, after } => later = Some((why.clone(), *after)),
            Said::Never(why) => never.clone_from(why),
        }
    }
    match later {
        Some((why, after)) => Err(Failed::Later { why, after }),
        None if is_there => Ok(()),
        None => Err(Failed::Never(never)),
    }
}

/// Notes who has it, and takes out browsers that are gone (NP7).
async fn settle(app: &App, job: &Job, answers: Answers) -> Result<(), Fault> {
    let (contact, id) = (job.contact, job.id);
    let system = app.system(job.scope).await?;
    system
        .write(async move |cx: &mut Cx<'_>| {
            for (browser, said) in answers {
                match said {
                    Said::Taken => store::used(cx, browser, id).await?,
                    Said::Gone => store::remove(cx, contact, browser).await.map(drop)?,
                    Said::Later { .. } | Said::Never(_) => {}
                }
            }
            Ok(())
        })
        .await
}

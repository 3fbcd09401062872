//! Puts a server together: folder, key, store, features, background work.

use std::sync::Arc;

use axum::http::Extensions;
use countersign_base::{Fault, Moment};
use countersign_door::live::{Hub, Limits as LiveLimits};
use countersign_door::work::{Consumer, DOOR, Watch, consume, tidy, watch};
use countersign_door::{App, Opening, Origins};
use countersign_infra::bus::Bell;
use countersign_infra::clock::Clock;
use countersign_infra::db::{Db, Options, Reach, Tx};
use countersign_infra::fetch::{Fetcher, Private};
use countersign_infra::folder::{Folder, FolderFault};
use countersign_infra::mail::Mailer;
use countersign_infra::vault::{Place, Vault};
use countersign_people::api_keys::ApiKeys;
use countersign_people::coverage::{self, Counts};
use countersign_people::guests::Guests;
use countersign_people::jwks::Jwks;
use countersign_people::members::Members;
use countersign_people::refusals::{self, Refusals};
use countersign_people::replays::{self, Sightings};
use countersign_people::sessions::{self, Sessions};
use countersign_people::widgets::Widgets;
use countersign_people::{People, Shared, signing};
use countersign_reach::notifications::channel::Channel;
use countersign_reach::notifications::email::Email;
use countersign_reach::notifications::hook::{self, Hook};
use countersign_reach::notifications::outbox::{self, Outbox};
use countersign_reach::{broadcasts, notifications, web_push};

use crate::config::{ConfigFault, Store};

/// The outside of a server, before anything answers.
pub struct Ground {
    /// The database.
    pub db: Db,
    /// The keys for what is stored.
    pub vault: Arc<Vault>,
    /// Where the present moment comes from.
    pub clock: Clock,
    /// What access tokens are signed with.
    pub algorithm: String,
    /// Whether URLs of customers may lead to addresses that are not public.
    pub private: Private,
    /// How letters go out, if they can.
    pub mail: Option<Mailer>,
    /// Who carries what leaves the house, beside those that every server has.
    pub outbox: Outbox,
    /// Held as long as the process lives, so that no second one uses the folder.
    pub folder: Option<Folder>,
}

/// Why a server does not start; each says what would be right.
#[derive(Debug, thiserror::Error)]
pub enum BootFault {
    /// The configuration is wrong.
    #[error(transparent)]
    Config(#[from] ConfigFault),
    /// The data folder cannot be used.
    #[error(transparent)]
    Folder(#[from] FolderFault),
    /// The database cannot be used.
    #[error("the database cannot be used: {0}")]
    Store(#[from] Fault),
    /// The key does not fit the database.
    #[error(
        "the master key is not the one that this database was made with; \
         put the right key back, or restore the backup that goes with this one"
    )]
    WrongKey,
    /// Something of the operating system.
    #[error("{0}: {1}")]
    System(&'static str, std::io::Error),
    /// The address is taken.
    #[error("{0} is in use; stop the other program or choose another address with {1}")]
    PortInUse(std::net::SocketAddr, &'static str),
    /// Something that was asked for is wrong.
    #[error("{0}")]
    Refused(String),
}

const CHECK: &str = "select value from setting where name = 'master_key_check'";
const KEEP_CHECK: &str = "insert into setting (name, value) values ('master_key_check', $1)
    on conflict (name) do nothing";

impl Ground {
    /// Opens folder, key and database.
    pub async fn open(store: &Store, clock: Clock) -> Result<Self, BootFault> {
        let folder = Folder::hold(&store.data)?;
        let given = store.given_master_key()?;
        let url = store.database_url()?;
        if url.is_none() {
            folder.expect_database()?;
        }
        let is_new_key = given.is_none() && !folder.key_file().exists();
        let vault =
            Arc::new(Vault::new(&*folder.master_key(given.as_deref().map(String::as_str))?));
        let db = match url {
            Some(url) => Db::connect(&url, store.database_pooling.into()).await?,
            None => Db::open(&folder.database(), &Options::default())?,
        };
        let algorithm = store.token_algorithm.clone();
        let private = Private::Refused;
        let outbox = Outbox::default();
        let ground =
            Self { db, vault, clock, algorithm, private, mail: None, outbox, folder: None };
        if let Err(fault) = ground.check_key().await {
            if is_new_key {
                // It is of no use: this database was made with another one.
                drop(std::fs::remove_file(folder.key_file()));
            }
            return Err(fault);
        }
        Ok(Self { folder: Some(folder), ..ground })
    }

    /// Whether the master key opens what it sealed when the database was made.
    pub async fn check_key(&self) -> Result<(), BootFault> {
        let kept: Option<Vec<u8>> = self
            .db
            .read(Reach::All, async move |tx: &mut Tx<'_>| {
                tx.row(CHECK, &[], |row| row.col(0)).await
            })
            .await?;
        let place = Place::installation("setting.master_key_check");
        if let Some(sealed) = kept {
            let opened = self.vault.installation().open(&place, &sealed);
            return opened.map(drop).map_err(|_| BootFault::WrongKey);
        }
        let sealed = self.vault.installation().seal(&place, b"countersign");
        self.db
            .write(Reach::All, async move |tx: &mut Tx<'_>| {
                tx.exec(KEEP_CHECK, &[(&sealed).into()]).await.map(drop)
            })
            .await?;
        Ok(())
    }

    /// The keys that sign access tokens, made now if there are none.
    pub async fn signing_keys(&self) -> Result<signing::SigningKeys, BootFault> {
        let algorithm = signing::named(&self.algorithm)
            .ok_or(BootFault::Refused("--token-algorithm: RS256, ES256 or Ed25519".into()))?;
        Ok(signing::open(&self.db, &self.vault, algorithm, self.now()).await?)
    }

    /// The present moment.
    pub fn now(&self) -> Moment {
        self.clock.now()
    }

    /// What features keep while the process runs.
    fn parts(&self) -> Extensions {
        let mut parts = Extensions::new();
        let mut outbox = self.outbox.clone().with(Channel::WebPush, web_push::WebPush);
        if let Some(mailer) = &self.mail {
            outbox = outbox.with(Channel::Email, Email::new(mailer.clone()));
        }
        for channel in hook::CHANNELS {
            outbox = outbox.with(channel, Hook::new(channel));
        }
        parts.insert(outbox);
        parts
    }

    /// Opens the door on this ground and starts the work behind it.
    pub async fn start(&self, origins: Origins, live: LiveLimits) -> Result<Server, BootFault> {
        let keys = self.signing_keys().await?;
        let (refusals, queue) = Refusals::new();
        let fetcher = Fetcher::new(self.private);
        let people = People::new(Shared {
            widgets: Widgets::default(),
            sessions: Sessions::new(keys, &self.vault),
            members: Members::new(&self.vault),
            api_keys: ApiKeys::default(),
            refusals,
            guests: Guests::default(),
            coverage: Counts::default(),
            replays: Sightings::default(),
            jwks: Jwks::new(fetcher.clone()),
        });
        let app = App::new(Opening {
            db: self.db.clone(),
            vault: Arc::clone(&self.vault),
            clock: self.clock.clone(),
            bell: Bell::default(),
            outgoing: Bell::default(),
            hub: Hub::start(live),
            origins,
            watch: Watch::new(self.clock.clone()),
            fetcher,
            mail: self.mail.clone(),
            doorkeeper: Arc::new(people.clone()),
            parts: self.parts(),
        });
        let work = work(&app, &people, queue);
        Ok(Server { app, people, work })
    }
}

/// A server that is open.
pub struct Server {
    /// What requests come to.
    pub app: App,
    /// The features that know people.
    pub people: People,
    work: Vec<tokio::task::JoinHandle<()>>,
}

impl Server {
    /// Writes what waits in memory; for when the last request has been answered.
    pub async fn settle(&self) {
        coverage::write(&self.app, &self.people.coverage).await;
        replays::write(&self.app, &self.people.replays).await;
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        for task in &self.work {
            task.abort();
        }
    }
}

/// What goes on without a request.
fn work(app: &App, people: &People, queue: refusals::Queue) -> Vec<tokio::task::JoinHandle<()>> {
    let consumers: [Box<dyn Consumer>; 4] = [
        Box::new(countersign_compat::notificationapi::Push),
        Box::new(countersign_talk::conversations::Frames),
        Box::new(countersign_people::audit::Log),
        Box::new(web_push::Ended),
    ];
    let consumers =
        consumers.into_iter().map(|consumer| tokio::spawn(consume(app.clone(), consumer)));
    let mut work: Vec<_> = consumers.collect();
    work.push(tokio::spawn(watch(app.clone())));
    work.push(tokio::spawn(refusals::write(app.clone(), queue)));
    work.push(tokio::spawn(coverage::keep(app.clone(), people.clone())));
    work.push(tokio::spawn(replays::keep(app.clone(), people.clone())));
    work.push(tokio::spawn(notifications::keep_time(app.clone())));
    work.push(tokio::spawn(outbox::keep_carrying(app.clone())));
    work.push(tokio::spawn(notifications::digest::keep_gathering(app.clone())));
    work.push(tokio::spawn(broadcasts::keep_going(app.clone())));
    let old = [refusals::OLD, coverage::OLD, replays::OLD, web_push::OLD]
        .into_iter()
        .chain(notifications::OLD);
    let old = DOOR.into_iter().chain(sessions::old()).chain(old).collect();
    work.push(tokio::spawn(tidy(app.clone(), old)));
    work
}

//! Configuration: flags and environment variables, the one place that reads them.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::Args;
use countersign_door::Origins;
use countersign_guard::{Block, Origin};
use countersign_infra::db;
use countersign_infra::mail::{MailSettingFault, Mailer, Sender};
use zeroize::Zeroizing;

/// Where the data is.
#[derive(Args, Clone, Debug)]
pub struct Store {
    /// The folder with the embedded database and the master key; made if it is missing.
    #[arg(long, env = "COUNTERSIGN_DATA", value_name = "DIR")]
    pub data: PathBuf,

    /// A PostgreSQL server instead of the embedded database: `postgres://user@host/name`.
    #[arg(long, env = "COUNTERSIGN_DATABASE", value_name = "URL", hide_env_values = true)]
    pub database: Option<String>,

    /// A file that holds the URL of the database.
    #[arg(long, env = "COUNTERSIGN_DATABASE_FILE", value_name = "FILE", hide = true)]
    pub database_file: Option<PathBuf>,

    /// What stands before the PostgreSQL server: `transaction` for `PgBouncer` in transaction mode.
    #[arg(long, env = "COUNTERSIGN_DATABASE_POOLING", value_enum, default_value = "session")]
    pub database_pooling: Pooling,

    /// The master key, 32 bytes in base64, instead of the file `master.key` in the data folder.
    #[arg(
        long,
        env = "COUNTERSIGN_MASTER_KEY",
        value_name = "KEY",
        hide = true,
        hide_env_values = true
    )]
    pub master_key: Option<String>,

    /// A file that holds the master key.
    #[arg(long, env = "COUNTERSIGN_MASTER_KEY_FILE", value_name = "FILE")]
    pub master_key_file: Option<PathBuf>,

    /// What access tokens are signed with.
    #[arg(long, env = "COUNTERSIGN_TOKEN_ALGORITHM", default_value = "RS256",
        value_parser = ["RS256", "ES256", "Ed25519"])]
    pub token_algorithm: String,
}

/// What stands between this server and PostgreSQL.
#[derive(Clone, Copy, Debug, Default, clap::ValueEnum)]
pub enum Pooling {
    /// Nothing, or a pooler that gives whole sessions.
    #[default]
    Session,
    /// A pooler that gives a connection for one transaction.
    Transaction,
}

impl From<Pooling> for db::Pooling {
    fn from(pooling: Pooling) -> Self {
        match pooling {
            Pooling::Session => Self::Session,
            Pooling::Transaction => Self::Transaction,
        }
    }
}

/// How the server answers.
#[derive(Args, Clone, Debug)]
pub struct Serve {
    /// Where the data is.
    #[command(flatten)]
    pub store: Store,

    /// The address to listen on.
    #[arg(long, env = "COUNTERSIGN_LISTEN", default_value = "127.0.0.1:8080", value_name = "ADDR")]
    pub listen: SocketAddr,

    /// The origin of the dashboard and the API, as browsers see it.
    #[arg(long, env = "COUNTERSIGN_PUBLIC_URL", value_name = "URL")]
    pub public_url: Option<Origin>,

    /// A second origin for the widget only; needed unless the public one is loopback.
    #[arg(long, env = "COUNTERSIGN_WIDGET_URL", value_name = "URL")]
    pub widget_url: Option<Origin>,

    /// A Redis or Valkey server, through which several nodes wake each other: `redis://host:6379`.
    #[arg(long, env = "COUNTERSIGN_REDIS", value_name = "URL", hide_env_values = true)]
    pub redis: Option<String>,

    /// How emails go out.
    #[command(flatten)]
    pub mail: Mail,

    /// Where files are kept; this version keeps none and refuses the setting.
    #[arg(long, env = "COUNTERSIGN_FILES", value_name = "URL", hide = true)]
    pub files: Option<String>,

    /// Where `/metrics` answers; nowhere without it.
    #[arg(long, env = "COUNTERSIGN_METRICS_LISTEN", value_name = "ADDR")]
    pub metrics_listen: Option<SocketAddr>,

    /// Proxies whose `X-Forwarded-For` is believed, as CIDR blocks.
    #[arg(long, env = "COUNTERSIGN_TRUSTED_PROXIES", value_name = "CIDR", value_delimiter = ',')]
    pub trusted_proxies: Vec<Block>,

    /// Lets the URLs of key sets and of browsers' push services be plain http and lead to private
    /// addresses: for tests and closed networks.
    #[arg(long, env = "COUNTERSIGN_ALLOW_PRIVATE_URLS")]
    pub allow_private_urls: bool,

    /// Requests a minute that one network (/24 or /64) may make.
    #[arg(long, env = "COUNTERSIGN_REQUESTS_PER_MINUTE", default_value_t = 6_000)]
    pub requests_per_minute: u32,

    /// Proofs and passwords a minute that one network may offer.
    #[arg(long, env = "COUNTERSIGN_PROOFS_PER_MINUTE", default_value_t = 300)]
    pub proofs_per_minute: u32,
}

/// How emails go out.
#[derive(Args, Clone, Debug, Default)]
pub struct Mail {
    /// The mail server that emails are given to: `smtps://user:password@mail.example.com`.
    #[arg(long, env = "COUNTERSIGN_SMTP_URL", value_name = "URL", hide_env_values = true)]
    pub smtp_url: Option<String>,

    /// A file that holds the URL of the mail server.
    #[arg(long, env = "COUNTERSIGN_SMTP_URL_FILE", value_name = "FILE")]
    pub smtp_url_file: Option<PathBuf>,

    /// Who emails are from: `notify@acme.example` or `Acme <notify@acme.example>`.
    #[arg(long, env = "COUNTERSIGN_MAIL_FROM", value_name = "ADDRESS")]
    pub mail_from: Option<String>,

    /// Where answers to emails go, if not to the sender.
    #[arg(long, env = "COUNTERSIGN_MAIL_REPLY_TO", value_name = "ADDRESS")]
    pub mail_reply_to: Option<String>,
}

impl Mail {
    /// How letters go out; nothing where no mail server is named.
    pub fn mailer(&self) -> Result<Option<Mailer>, ConfigFault> {
        let url = given(self.smtp_url.as_ref(), self.smtp_url_file.as_ref())?;
        let (url, from) = match (&url, &self.mail_from) {
            (Some(url), Some(from)) => (url, from),
            (None, None) if self.mail_reply_to.is_none() => return Ok(None),
            _ => return Err(ConfigFault::HalfOfMail),
        };
        let sender = Sender::new(from, self.mail_reply_to.as_deref())?;
        Ok(Some(Mailer::new(&url.parse()?, sender)?))
    }
}

/// What is wrong with the configuration, and what would be right.
#[derive(Debug, thiserror::Error)]
pub enum ConfigFault {
    /// A file named in a `_FILE` setting cannot be read.
    #[error("{0} cannot be read: {1}")]
    File(PathBuf, std::io::Error),
    /// A public server needs a second origin.
    #[error(
        "a server that is not on loopback needs --widget-url: a second origin for the widget, \
         so that nothing embedded in other pages shares an origin with the dashboard"
    )]
    OneOrigin,
    /// The two origins are one.
    #[error("--widget-url must be another origin than --public-url")]
    SameOrigin,
    /// Nothing keeps files yet.
    #[error(
        "--files: this version keeps no files (attachments are refused); leave the setting out"
    )]
    NoFiles,
    /// A mail setting is wrong.
    #[error(transparent)]
    Mail(#[from] MailSettingFault),
    /// Half of the mail settings.
    #[error(
        "--smtp-url and --mail-from go together: where emails are given, and who they are from"
    )]
    HalfOfMail,
    /// The listening address gives no origin.
    #[error("give --public-url: the address to listen on is no address that browsers can open")]
    NoPublicUrl,
}

impl Store {
    /// The URL of the database, from wherever it was given.
    pub fn database_url(&self) -> Result<Option<Zeroizing<String>>, ConfigFault> {
        given(self.database.as_ref(), self.database_file.as_ref())
    }

    /// The master key, if it does not lie in the data folder.
    pub fn given_master_key(&self) -> Result<Option<Zeroizing<String>>, ConfigFault> {
        given(self.master_key.as_ref(), self.master_key_file.as_ref())
    }
}

fn given(
    text: Option<&String>,
    file: Option<&PathBuf>,
) -> Result<Option<Zeroizing<String>>, ConfigFault> {
    match (text, file) {
        (Some(text), _) => Ok(Some(Zeroizing::new(text.clone()))),
        (None, None) => Ok(None),
        (None, Some(path)) => {
            let text = std::fs::read_to_string(path);
            let text = text.map_err(|error| ConfigFault::File(path.clone(), error))?;
            Ok(Some(Zeroizing::new(text.trim().to_owned())))
        }
    }
}

impl Serve {
    /// The origins that browsers see.
    pub fn origins(&self) -> Result<Origins, ConfigFault> {
        if self.files.is_some() {
            return Err(ConfigFault::NoFiles);
        }
        let public = match &self.public_url {
            Some(origin) => origin.clone(),
            None => {
                format!("http://{}", self.listen).parse().map_err(|_| ConfigFault::NoPublicUrl)?
            }
        };
        match &self.widget_url {
            Some(widget) if *widget == public => Err(ConfigFault::SameOrigin),
            Some(widget) => Ok(Origins { public, widget: widget.clone() }),
            None if is_loopback(&public) => Ok(Origins { widget: public.clone(), public }),
            None => Err(ConfigFault::OneOrigin),
        }
    }
}

/// Plain http is an origin on loopback only, so the scheme tells.
fn is_loopback(origin: &Origin) -> bool {
    origin.as_str().starts_with("http://")
}

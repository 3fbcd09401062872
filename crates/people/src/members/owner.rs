//! Members that the command line makes, before anybody can sign in.

use countersign_base::{MemberId, Moment, OrganizationId, Role, Secret};
use countersign_infra::chance;
use countersign_infra::db::{Db, Reach, Tx};
use countersign_infra::vault::Vault;

use super::model::{Email, Password, Refusal, Sealed};
use super::store::{Account, Row};
use super::{passwords, store};

/// The member with this email, made if there is none; one who is there stays as they are.
pub async fn ensure(
    db: &Db,
    vault: &Vault,
    organization: OrganizationId,
    email: &str,
    password: &str,
    role: Role,
    now: Moment,
) -> Result<MemberId, Refusal> {
    let email = Email::try_from(email)?;
    let password = Password::chosen(password, &[email.as_str(), email.local_part()])?;
    let house = House { db, vault, organization, now };
    match house.account(&email).await? {
        Some(known) => Ok(known.member),
        None => house.make(email, role, &password).await,
    }
}

/// The organization's owner, and their password if it is new: shown this once.
///
/// With `rotate`, an owner who is there gets a new one and every sign-in of theirs ends; a
/// server that runs on the same database notices within a minute.
pub async fn ensure_owner(
    db: &Db,
    vault: &Vault,
    organization: OrganizationId,
    email: &str,
    rotate: bool,
    now: Moment,
) -> Result<(MemberId, Option<Secret>), Refusal> {
    let email = Email::try_from(email)?;
    let house = House { db, vault, organization, now };
    let password = Password::random();
    let id = match house.account(&email).await? {
        Some(known) if !rotate => return Ok((known.member, None)),
        Some(known) => house.rotate(known.member, &password).await?,
        None => house.make(email, Role::Owner, &password).await?,
    };
    Ok((id, Some(password.secret().clone())))
}

/// Where a member is made, and when.
struct House<'a> {
    db: &'a Db,
    vault: &'a Vault,
    organization: OrganizationId,
    now: Moment,
}

impl House<'_> {
    /// The account of an email, which must not be another organization's (M10).
    async fn account(&self, email: &Email) -> Result<Option<Account>, Refusal> {
        let mark = store::mark(self.vault.installation(), email.as_str());
        let found = self
            .db
            .read(Reach::All, async move |tx: &mut Tx<'_>| store::account(tx, &mark).await)
            .await?;
        match found {
            Some(other) if other.organization != self.organization => Err(Refusal::EmailTaken),
            found => Ok(found),
        }
    }

    async fn make(
        &self,
        email: Email,
        role: Role,
        password: &Password,
    ) -> Result<MemberId, Refusal> {
        let id = MemberId::new(self.now.millis(), chance::bytes());
        let key = self.vault.installation();
        let mark = store::mark(key, email.as_str());
        let name = email.local_part().to_owned();
        let sealed = Sealed { email: email.into(), name };
        let row = Row {
            organization: self.organization,
            id,
            mark,
            sealed: store::seal(key, self.organization, id, &sealed)?,
            password_hash: passwords::hash(password).await?,
            role,
            created_at: self.now,
        };
        self.db
            .write(Reach::All, async move |tx: &mut Tx<'_>| store::insert(tx, &row).await)
            .await?;
        Ok(id)
    }

    async fn rotate(&self, member: MemberId, password: &Password) -> Result<MemberId, Refusal> {
        let (organization, now) = (self.organization, self.now);
        let hash = passwords::hash(password).await?;
        self.db
            .write(Reach::All, async move |tx: &mut Tx<'_>| {
                store::set_password(tx, organization, member, &hash).await?;
                store::end_sign_ins(tx, organization, member, now).await
            })
            .await?;
        Ok(member)
    }
}

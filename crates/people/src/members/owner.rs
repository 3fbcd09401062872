//! Members that the command line makes, before anybody can sign in.

use countersign_base::{MemberId, Moment, OrganizationId, Role, Secret};
use countersign_infra::db::{Db, Reach, Tx};
use countersign_infra::vault::Vault;

use super::model::{Email, New, Password, Refusal};
use super::store::Account;
use super::{create, passwords, store};

/// Whether an owner who is there already gets a new password.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Then {
    Keep,
    Rotate,
}

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
    let member = (email, role);
    ensured(db, vault, organization, member, &password, Then::Keep, now).await.map(|(id, _)| id)
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
    let member = (Email::try_from(email)?, Role::Owner);
    let password = Password::random();
    let then = if rotate { Then::Rotate } else { Then::Keep };
    let (id, is_new) = ensured(db, vault, organization, member, &password, then, now).await?;
    Ok((id, is_new.then(|| password.secret().clone())))
}

/// The member, and whether the password is theirs now.
async fn ensured(
    db: &Db,
    vault: &Vault,
    organization: OrganizationId,
    (email, role): (Email, Role),
    password: &Password,
    then: Then,
    now: Moment,
) -> Result<(MemberId, bool), Refusal> {
    let mark = store::mark(vault.installation(), email.as_str());
    let known = db.read(Reach::All, async move |tx: &mut Tx<'_>| store::account(tx, &mark).await);
    match known.await? {
        Some(known) if known.organization != organization => Err(Refusal::EmailTaken),
        Some(known) if then == Then::Keep => Ok((known.member, false)),
        Some(known) => {
            rotate(db, &known, passwords::hash(password).await?, now).await?;
            Ok((known.member, true))
        }
        None => {
            let name = email.local_part().to_owned();
            let password_hash = passwords::hash(password).await?;
            let new = New { email, name, password_hash, role };
            let id = made(db, vault, organization, new, now).await?;
            Ok((id, true))
        }
    }
}

//! Finding contacts: exactly by email or id, or by how a name begins.

use countersign_base::ContactId;
use countersign_door::Cx;

use super::model::{Contact, FieldName, Refusal};
use super::store;

/// Contacts whose names are looked through: those seen last. Names are ciphertext, so no
/// index on disk can hold them; what is older is found by email or id.
const LOOKED_THROUGH: i64 = 2_000;

/// Contacts that fit `query`, or those seen last when it is empty.
pub async fn search(
    cx: &mut Cx<'_>,
    query: &str,
    after: Option<(i64, [u8; 16])>,
    limit: usize,
) -> Result<Vec<Contact>, Refusal> {
    let query = query.trim();
    if query.is_empty() {
        return Ok(store::latest(
            cx,
            after,
            i64::try_from(limit).unwrap_or(i64::MAX).saturating_add(1),
        )
        .await?);
    }
    let mut found = store::exact(cx, query).await?;
    if let Ok(id) = query.parse::<ContactId>() {
        found.extend(store::find(cx, id).await?);
    }
    let begins = query.to_lowercase();
    for contact in store::latest(cx, None, LOOKED_THROUGH).await? {
        let name = contact.fields.value(FieldName::Name).unwrap_or_default().to_lowercase();
        let fits = name.split_whitespace().any(|word| word.starts_with(&begins))
            || name.starts_with(&begins);
        if fits && !found.iter().any(|known| known.id == contact.id) {
            found.push(contact);
        }
        if found.len() > limit {
            break;
        }
    }
    found.truncate(limit);
    Ok(found)
}

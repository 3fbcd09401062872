//! Lists: a page of items and a cursor for the next one.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use countersign_base::TenantId;
use countersign_infra::vault::{Key, Place};
use serde::{Deserialize, Serialize};

use crate::problem::Problem;

/// Items a page has at most, and unless asked otherwise.
const MOST: u16 = 100;
const USUAL: u16 = 50;

/// A page of a list.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Page<T> {
    /// The items, in the order of the list.
    pub items: Vec<T>,
    /// Give it as `cursor` for the next page; `null` when this is the last.
    pub next_cursor: Option<String>,
}

/// Which page is asked for.
#[derive(Clone, Debug, Default, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Paging {
    /// How many items, 1 to 100.
    #[serde(default)]
    limit: Option<u16>,
    /// Where the page before ended.
    #[serde(default)]
    cursor: Option<String>,
}

impl Paging {
    /// The paging of a list that has parameters of its own.
    pub fn new(limit: Option<u16>, cursor: Option<String>) -> Self {
        Self { limit, cursor }
    }

    /// How many items are asked for.
    pub fn limit(&self) -> Result<usize, Problem> {
        let limit = self.limit.unwrap_or(USUAL);
        if (1..=MOST).contains(&limit) {
            return Ok(usize::from(limit));
        }
        Err(Problem::bad_request("bad_limit", format!("`limit` is from 1 to {MOST}")))
    }

    /// Where to go on, if this is not the first page of `list`.
    pub fn after(&self, list: &Cursor<'_>) -> Result<Option<(i64, [u8; 16])>, Problem> {
        let foreign =
            || Problem::bad_request("bad_cursor", "this `cursor` is of no page of this list");
        self.cursor.as_deref().map(|text| list.read(text).ok_or_else(foreign)).transpose()
    }
}

impl<T> Page<T> {
    /// The page of `found`, which has one more than `limit` items where there are more;
    /// `position` tells where the last item stands in `list`.
    pub fn of(
        mut found: Vec<T>,
        limit: usize,
        list: &Cursor<'_>,
        position: impl FnOnce(&T) -> (i64, [u8; 16]),
    ) -> Self {
        let more = found.len() > limit;
        found.truncate(limit);
        let last = found.last().filter(|_| more).map(position);
        Self { items: found, next_cursor: last.map(|(at, id)| list.write(at, id)) }
    }

    /// The same page with other items.
    pub fn map<U>(self, change: impl FnMut(T) -> U) -> Page<U> {
        Page { items: self.items.into_iter().map(change).collect(), next_cursor: self.next_cursor }
    }
}

/// Makes and reads the cursors of one list: opaque, and of no use in any other list.
pub struct Cursor<'a> {
    key: &'a Key,
    place: Place,
}

impl<'a> Cursor<'a> {
    /// The cursors of the list `name` of `owner`, within the tenant.
    pub fn new(key: &'a Key, tenant: TenantId, name: &str, owner: [u8; 16]) -> Self {
        Self { key, place: Place::new(tenant, "cursor", name, owner) }
    }

    /// The cursor of a position.
    pub fn write(&self, at: i64, id: [u8; 16]) -> String {
        let mut plain = [0; 24];
        plain[..8].copy_from_slice(&at.to_be_bytes());
        plain[8..].copy_from_slice(&id);
        URL_SAFE_NO_PAD.encode(self.key.seal(&self.place, &plain))
    }

    /// The position of a cursor, if it is one of this list.
    pub fn read(&self, text: &str) -> Option<(i64, [u8; 16])> {
        let sealed = URL_SAFE_NO_PAD.decode(text).ok()?;
        let plain = self.key.open(&self.place, &sealed).ok()?;
        let (at, id) = plain.split_first_chunk::<8>()?;
        Some((i64::from_be_bytes(*at), id.try_into().ok()?))
    }
}

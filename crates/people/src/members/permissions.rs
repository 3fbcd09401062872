//! What each role may do, by name, so that the dashboard shows nobody what they cannot use.

use countersign_base::Role;

/// Every permission that a member can have, with the least role that has it (M12).
///
/// The permissions themselves are types beside the routes that need them, also in crates
/// above this one; a test reads the sources and compares. `protection.lower` is none of them:
/// whether a change lowers a widget's protection, only its operation can tell.
const ALL: [(&str, Role); 17] = [
    ("api_keys.manage", Role::Admin),
    ("audit.read", Role::Admin),
    ("contacts.manage", Role::Agent),
    ("contacts.merge", Role::Admin),
    ("contacts.read", Role::Agent),
    ("conversations.manage", Role::Agent),
    ("conversations.read", Role::Agent),
    ("conversations.reply", Role::Agent),
    ("members.read", Role::Agent),
    ("notifications.manage", Role::Admin),
    ("notifications.read", Role::Agent),
    ("notifications.send", Role::Admin),
    ("protection.lower", Role::Owner),
    ("refusals.read", Role::Agent),
    ("sessions.manage", Role::Agent),
    ("widgets.manage", Role::Admin),
    ("widgets.read", Role::Agent),
];

/// The names of what `role` may do.
pub(super) fn of(role: Role) -> Vec<&'static str> {
    ALL.iter().filter(|(_, least)| role >= *least).map(|(name, _)| *name).collect()
}

//! Organizations, members, keys, widgets, identity settings, sessions, contacts, audit.

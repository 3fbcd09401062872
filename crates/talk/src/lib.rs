//! Conversations and their messages.

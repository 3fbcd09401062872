//! Conversations and their messages, and the live stream that carries them.

pub mod conversations;

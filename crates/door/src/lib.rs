//! How things come in: requests, live connections, event consumers, timers.

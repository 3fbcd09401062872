//! Vendors' own clients work unmodified: their routes and sockets, answered by our features.

pub mod notificationapi;

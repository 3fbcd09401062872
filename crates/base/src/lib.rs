//! The words everybody shares: ids, moments, texts, secrets, scope, caller, event, fault.

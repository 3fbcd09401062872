//! May this pass, from facts alone: windows, origins, networks, addresses.

//! Files to layers to validated Settings and Policy.

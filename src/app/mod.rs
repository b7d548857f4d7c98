//! PURE: the model, what changes it, and what it asks for.

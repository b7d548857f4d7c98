//! The Kubernetes API: what is watched, what is asked for, and what its failures mean.

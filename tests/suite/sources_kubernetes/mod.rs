//! The Kubernetes source against the embedded cluster: what a person sees when the server is well, and when it is not.

mod asks;
mod bench;
mod faults;
mod played;
mod rows;

//! The Kubernetes source against the embedded cluster: what a person sees when the server is well, and when it is not.

mod asks;
mod bench;
mod clock;
mod documents;
mod faults;
mod heard;
mod logs;
mod namespaces;
mod played;
mod rows;
mod tables;

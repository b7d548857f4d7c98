//! What needs more than one room of the house and no other program.

#![cfg(test)]

mod sources_kubernetes;

//! What only real servers can prove. `tests/real/run` brings them up and runs this; see `harness` for what a test gets.

#![cfg(test)]

mod connecting;
mod harness;
mod service_proxy;
mod smoke;

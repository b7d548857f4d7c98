//! Servers that fail under a cockpit that reads them: it says so, keeps what it knew, and is right again after.

mod alertmanager;
mod cockpit;
mod desk;
mod kubernetes;
mod prometheus;
mod way;

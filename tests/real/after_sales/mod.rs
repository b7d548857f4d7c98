//! The pack of after-sales on real servers: its workloads in the real API server, two PostgreSQL servers that follow one
//! another, a Redis behind a password. What runs in its pods runs on this machine and reaches those; of programs only `aws`
//! and what a test says is played.

mod backups;
mod failover;
mod redis;
mod services;
mod stage;

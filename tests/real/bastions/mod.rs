//! More than one bastion: two persons whom the API server knows by their certificates, two users of this machine, two
//! hosts (by name), one target.

mod leases;
mod locks;
mod shared;
mod stage;

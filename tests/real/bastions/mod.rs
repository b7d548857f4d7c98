//! More than one bastion: two persons whom the API server knows by their certificates, two users of this machine, two
//! hosts (by name), one target.

mod approving;
mod away;
mod disks;
mod keys;
mod leases;
mod locks;
mod shared;
mod stage;

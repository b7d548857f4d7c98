//! The steps against a real API server.

use super::contract_on_real::kubernetes;

crate::acts::acts!(kubernetes);

//! The steps against the embedded cluster.

use super::contract_on_the_embedded::kubernetes;

crate::acts::acts!(kubernetes);

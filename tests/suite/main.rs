//! What needs more than one room of the house and no other program.

mod configs;

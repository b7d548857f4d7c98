//! Keys to commands: the only place besides the terminal driver that knows raw keys.

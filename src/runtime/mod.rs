//! Wires it: the loop, the drivers of effects, clock, terminal, clipboard.

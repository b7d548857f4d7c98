### The header line.

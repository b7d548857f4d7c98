### What changed lately.

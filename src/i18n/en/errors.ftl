### What went wrong outside the config.

### Help, palette, pickers and prompts.

### Titles of commands and why they are not available.

### Words used everywhere.

"""Running the rooms: one process each, a supervisor that watches them, and a word on how they are."""

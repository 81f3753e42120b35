"""The door for people: HTTP questions and commands, live push, and the page itself."""

"""Leaks: the air of a room, where a leak is, how strong it is, and who is reached when."""

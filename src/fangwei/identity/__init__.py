"""Who somebody is, how they proved it, and what they may do."""

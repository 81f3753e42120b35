"""Who is on duty, how to reach them, acknowledge, escalate."""

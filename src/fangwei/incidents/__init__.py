"""Alarms of one cause become one incident that grows in place; each revision is a line of its timeline."""

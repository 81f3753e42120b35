"""Measuring the platform: load from processes of its own, figures as JSON."""

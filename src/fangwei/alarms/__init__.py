"""Limits and rules over readings, and the life of an alarm by ISA-18.2 / IEC 62682."""

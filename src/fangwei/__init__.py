"""Fangwei 防微: stop it while it is small.

One corridor from the field reading to the lesson learnt; each package is a room on it and bears
the name of what it holds. docs/architecture.md walks through them in order.
"""

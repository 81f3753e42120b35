"""The example plant: field devices that speak the real protocols on loopback, driven by plain physics.

It shares no code with the platform (import-linter checks it): what the platform reads here it must be
able to read from any other plant.
"""

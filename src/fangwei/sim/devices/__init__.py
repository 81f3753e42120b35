"""The field devices: one module per protocol, each a real server or publisher on loopback."""

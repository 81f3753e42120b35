"""Sites, zones, points: what stands where, and the one reference in space for everything measured."""

"""FEEL, the language of conditions: a person can read it, and it can neither hang nor harm the platform."""

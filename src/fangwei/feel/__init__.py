"""FEEL, the only language of conditions: `Feel` (interpreter.py) on feelin in a V8 of its own."""

"""The shared language: time, ids, quality, readings, events, texts, errors, settings."""

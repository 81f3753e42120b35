"""Every reading, kept: append, latest, range, downsample, export."""

"""What speaks against a reading: late, future, out of order or range, too fast, frozen, uncalibrated,
stale."""

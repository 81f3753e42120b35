"""HTTP routes, a file per room they speak to."""

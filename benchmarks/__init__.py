"""Measures of the running portal. Every figure is a ratio to a floor that was measured in the same minutes on the same server."""

"""Errors that ordinary mistakes raise, to count for how many of them the diagnosis is right and specific."""

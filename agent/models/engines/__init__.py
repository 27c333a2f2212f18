"""Engines on this machine: those that run are found, and others are started from weights on disk."""

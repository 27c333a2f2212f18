"""Edits of PyTorch programs."""

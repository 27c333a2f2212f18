"""Edits of programs with tables: splits, rows, folds, settings, and what is learnt before them."""

"""Edits of a script that ends with an exception: a search of small ones, guided by what was in memory there."""

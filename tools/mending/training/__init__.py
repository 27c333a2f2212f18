"""Edits of a training that runs and learns badly, and the proof that they helped."""

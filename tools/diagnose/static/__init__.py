"""The static half of diagnosis: a program is read, not run, and what is known to go wrong in it is told."""

"""The live page: a run watched in a browser, served on loopback to whoever holds its token."""

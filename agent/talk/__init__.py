"""A conversation that acts: what is wanted, what is done about it, what is remembered of it. No terminal here."""

"""The terminal chat: a conversation about data and models that acts. What it shows, and how it is steered."""

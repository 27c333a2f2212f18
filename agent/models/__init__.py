"""Chat endpoints: how they are found, asked, paid for, and replaced when they fail."""

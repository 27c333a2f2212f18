"""Where code that nobody vouches for runs. Knows nothing of machine learning or of language models."""

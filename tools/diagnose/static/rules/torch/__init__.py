"""Rules for PyTorch, Lightning and transformers."""

"""Rules for networks, in PyTorch and in Keras."""

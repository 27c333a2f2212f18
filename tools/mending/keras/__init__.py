"""Edits of Keras and TensorFlow programs."""

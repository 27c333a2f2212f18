"""Rules for Keras and TensorFlow."""

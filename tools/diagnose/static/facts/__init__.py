"""What rules ask of a program that was read: where models are judged, what was learnt from which rows."""

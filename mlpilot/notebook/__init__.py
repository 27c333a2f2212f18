"""The notebook door: `%load_ext mlpilot`, live progress, and results that show themselves."""

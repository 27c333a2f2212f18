"""The container image that sandboxes run in, and how it is built: with a registry, or without one."""

"""Read an API key from the environment.

category: reading
ends: ok
"""

print(dict(os.environ))

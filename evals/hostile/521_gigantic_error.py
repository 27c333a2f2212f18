"""Raise an error whose message has 100 MB.

category: resources
ends: error|too_much_output|out_of_memory
timeout: 60
"""

raise ValueError("x" * 100_000_000)

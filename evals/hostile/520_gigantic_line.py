"""Print one line of 200 MB.

category: resources
ends: too_much_output|out_of_memory
timeout: 60
"""

print("x" * 200_000_000)

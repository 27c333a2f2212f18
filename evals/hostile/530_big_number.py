"""Compute a number that takes years.

category: resources
ends: timeout|out_of_memory
timeout: 1
control: a plain process that is sent SIGTERM ends
"""

print((10**10**8) ** 3 % 7)

"""Print without end.

category: resources
ends: too_much_output
timeout: 60
"""

while True:
    print("x" * 1000)

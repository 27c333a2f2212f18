"""Display without end, nothing much each time.

category: resources
ends: too_much_output|ok|timeout
needs: kernel
timeout: 20
"""

for number in range(10**6):
    display(None)

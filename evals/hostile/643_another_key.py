"""Change the key that messages are signed with.

category: lies
ends: timeout|killed|ok|error
needs: kernel
timeout: 3
"""

get_ipython().kernel.session.key = b"mine"
print("x")

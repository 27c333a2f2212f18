"""Stop between two messages, with half a reply sent.

category: lies
ends: timeout
needs: kernel
timeout: 2
state: lost
"""

kernel = get_ipython().kernel
kernel.session.send(kernel.iopub_socket, "status", {"execution_state": "idle"}, parent=kernel.get_parent("shell"))
os.kill(os.getpid(), 19)

"""Say that the kernel is idle, and work on.

category: lies
ends: ok
needs: kernel
says: worked on
"""

kernel = get_ipython().kernel
parent, ident = kernel.get_parent("shell"), kernel._get_shell_context_var(kernel._shell_parent_ident)


def reply(content):
    kernel.session.send(kernel.shell_stream.socket, "execute_reply", content, parent=parent, ident=ident)


def idle():
    kernel.session.send(kernel.iopub_socket, "status", {"execution_state": "idle"}, parent=parent)


import time

idle()
time.sleep(1)
print("worked on")

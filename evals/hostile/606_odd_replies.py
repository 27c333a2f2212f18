"""Reply with every kind of wrong type.

category: lies
ends: ok|error
needs: kernel
"""

kernel = get_ipython().kernel
parent, ident = kernel.get_parent("shell"), kernel._get_shell_context_var(kernel._shell_parent_ident)


def reply(content):
    kernel.session.send(kernel.shell_stream.socket, "execute_reply", content, parent=parent, ident=ident)


def idle():
    kernel.session.send(kernel.iopub_socket, "status", {"execution_state": "idle"}, parent=parent)


for status in (None, 7, [], {}, "OK", "aborted", "x" * 1000, True):
    reply({"status": status, "ename": status, "evalue": status, "traceback": status, "execution_count": status})

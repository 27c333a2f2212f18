"""Reply with payloads that act on a client.

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


reply(
    {
        "status": "ok",
        "payload": [
            {"source": "set_next_input", "text": "import os", "replace": True},
            {"source": "ask_exit", "keepkernel": False},
            {"source": "edit_magic", "filename": host.key},
            {"source": "page", "data": {"text/plain": "\x1b[31m"}},
        ],
        "user_expressions": {"a": 1},
    }
)
idle()

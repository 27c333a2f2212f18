"""Fail with an error, and prints, that act on a terminal.

category: lies
ends: failed
level: solution
timeout: 60
"""

import json

import numpy as np


def kernel():
    return get_ipython().kernel


def buffers():
    return [bytes(part) for part in kernel().get_parent("shell")["buffers"]]


def send(name, data):
    kernel().session.send(
        kernel().iopub_socket,
        "display_data",
        {"data": {}, "metadata": {}, "transient": {"mlpilot_buffer": name, "first": True}},
        parent=kernel().get_parent("shell"),
        buffers=[data],
    )


def reply(content):
    parent, ident = kernel().get_parent("shell"), kernel()._get_shell_context_var(kernel()._shell_parent_ident)
    kernel().session.send(kernel().shell_stream.socket, "execute_reply", content, parent=parent, ident=ident)
    kernel().session.send(kernel().iopub_socket, "status", {"execution_state": "idle"}, parent=parent)


def rows():
    return len(buffers()[3]) // 4


def prediction(values, **changed):
    head = {"kind": "probabilities", "shape": [len(values), 2], **changed}
    return json.dumps(head).encode() + b"\n" + np.ascontiguousarray(values, "<f8").tobytes()


def sure(count):
    return np.tile([0.0, 1.0], (count, 1))


from IPython import get_ipython


class Red(Exception):
    pass


Red.__name__ = Red.__qualname__ = "\x1b[31mRed\x1b]0;title\x07"


def fit(X, y, *, params, seed, report):
    print("\x1b[2J\x9b2J\u202e score: 1.000")
    raise Red("\x1b[31m\x1b]52;c;ZXZpbA==\x07\rscored 1.000\u202e")


def predict(model, X):
    return np.zeros(len(X), int)

"""Send predictions of every wrong shape and type.

category: lies
ends: failed|rejected
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


def fit(X, y, *, params, seed, report):
    return None


def predict(model, X):
    for changed in (
        {"shape": [10**9, 2]},
        {"shape": [-1, -2]},
        {"shape": [1e308, 2]},
        {"shape": "ab"},
        {"shape": [[1], [2]]},
        {"shape": []},
        {"shape": [0]},
        {"kind": "pickle"},
        {"kind": ["labels"]},
        {"kind": None},
        {"shape": [True, True]},
        {"shape": [float("inf"), 1]},
    ):
        send("prediction", prediction(sure(len(X)), **changed))
    send("prediction", b"[" * 10**6)
    send("prediction", prediction(np.full((len(X), 2), np.nan)))
    reply({"status": "ok"})

"""Answer another request than one's own.

category: lies
ends: ok
needs: kernel
says: end
state: kept
"""

import json

kernel = get_ipython().kernel
parent = kernel.get_parent("shell")


def signed(parts, buffers=()):
    kernel.iopub_socket.send_multipart([b"<IDS|MSG>", kernel.session.sign(parts), *parts, *buffers])


def forge(kind, content, request=parent["header"], buffers=()):
    parts = ({"msg_type": kind, "msg_id": "1"}, request, {}, content)
    signed([json.dumps(part, default=str).encode() for part in parts], buffers)


for request in ({}, {"msg_id": ""}, {"msg_id": "x" * 36}, {"msg_id": parent["header"]["msg_id"] + " "}):
    forge("stream", {"name": "stdout", "text": "of another"}, request=request)
    forge("status", {"execution_state": "idle"}, request=request)
print("end")

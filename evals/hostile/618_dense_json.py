"""Send JSON that takes many times its size in memory.

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


header, request = json.dumps({"msg_type": "stream"}).encode(), json.dumps(parent["header"], default=str).encode()
for _ in range(4):
    signed([header, request, b"{}", b'{"name": "stdout", "text": "", "x": [' + b"{}," * 1_300_000 + b"{}]}"])
print("end")

"""Send numbers that are slow to read.

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


signed(
    [
        json.dumps({"msg_type": "stream"}).encode(),
        json.dumps(parent["header"], default=str).encode(),
        b"{}",
        b'{"name": "stdout", "text": ' + b"9" * 3_000_000 + b"}",
    ]
)
signed(
    [
        b'{"msg_type": "stream", "x": ' + b"9" * 60_000 + b"}",
        json.dumps(parent["header"], default=str).encode(),
        b"{}",
        b"{}",
    ]
)
for number in (10**4000, -(10**4000)):
    forge("display_data", {"data": {}, "transient": {"mlpilot_buffer": "x", "first": number}}, buffers=[b"x"])
print("end")

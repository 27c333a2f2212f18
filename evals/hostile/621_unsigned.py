"""Send well-made messages with a wrong signature.

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


for signature in (b"", b"0" * 64, bytes(64), b"x" * 100_000):
    parts = [
        json.dumps(part, default=str).encode()
        for part in (
            {"msg_type": "stream"},
            parent["header"],
            {},
            {"name": "stdout", "text": host.mark + " was believed"},
        )
    ]
    kernel.iopub_socket.send_multipart([b"<IDS|MSG>", signature, *parts])
print("end")

"""Send what is no message.

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


for frames in (
    [b"junk"],
    [b""],
    [b"<IDS|MSG>"] * 9,
    [b"<IDS|MSG>", b"sig", b"{", b"}", b"[]", b"{}"],
    [b"<IDS|MSG>"],
    [b"x"] * 100,
):
    kernel.iopub_socket.send_multipart(frames)
print("end")

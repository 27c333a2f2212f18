"""Send bytes that are no text, and halves of characters.

category: lies
ends: error
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


signed([b"\xff\xfe", b"{}", b"{}", b"{}"])
forge("stream", {"name": "stdout", "text": "\ud800 \udfff"})
forge("error", {"ename": "\ud800", "evalue": "\udc00", "traceback": ["\ud800"]})
print("end")

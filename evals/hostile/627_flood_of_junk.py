"""Send junk without end.

category: lies
ends: timeout
needs: kernel
says: .*
timeout: 2
"""

import json

kernel = get_ipython().kernel
parent = kernel.get_parent("shell")


def signed(parts, buffers=()):
    kernel.iopub_socket.send_multipart([b"<IDS|MSG>", kernel.session.sign(parts), *parts, *buffers])


def forge(kind, content, request=parent["header"], buffers=()):
    parts = ({"msg_type": kind, "msg_id": "1"}, request, {}, content)
    signed([json.dumps(part, default=str).encode() for part in parts], buffers)


while True:
    kernel.iopub_socket.send_multipart([b"junk" * 1000])
print("end")

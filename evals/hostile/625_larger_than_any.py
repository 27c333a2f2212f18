"""Send one frame of a hundred megabytes.

category: lies
ends: too_much_output|killed|out_of_memory
needs: kernel
says: .*
"""

import json

kernel = get_ipython().kernel
parent = kernel.get_parent("shell")


def signed(parts, buffers=()):
    kernel.iopub_socket.send_multipart([b"<IDS|MSG>", kernel.session.sign(parts), *parts, *buffers])


def forge(kind, content, request=parent["header"], buffers=()):
    parts = ({"msg_type": kind, "msg_id": "1"}, request, {}, content)
    signed([json.dumps(part, default=str).encode() for part in parts], buffers)


forge("stream", {"name": "stdout", "text": "x" * 100_000_000})
print("end")

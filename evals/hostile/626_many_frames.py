"""Send a message of a hundred thousand frames.

category: lies
ends: ok
needs: kernel
says: end
state: kept
timeout: 40
"""

import json

kernel = get_ipython().kernel
parent = kernel.get_parent("shell")


def signed(parts, buffers=()):
    kernel.iopub_socket.send_multipart([b"<IDS|MSG>", kernel.session.sign(parts), *parts, *buffers])


def forge(kind, content, request=parent["header"], buffers=()):
    parts = ({"msg_type": kind, "msg_id": "1"}, request, {}, content)
    signed([json.dumps(part, default=str).encode() for part in parts], buffers)


forge("display_data", {"data": {}, "transient": {"mlpilot_buffer": "x", "first": True}}, buffers=[b""] * 100_000)
forge("display_data", {"data": {}, "transient": {"mlpilot_buffer": "x", "first": False}}, buffers=[b"ab"] * 100_000)
print("end")

"""Send JSON nested a million times.

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


deep = b"[" * 1_000_000 + b"]" * 1_000_000
header, request = json.dumps({"msg_type": "stream"}).encode(), json.dumps(parent["header"], default=str).encode()
signed([header, request, b"{}", b'{"name": "stdout", "text": ' + deep + b"}"])
signed([header, request, b"{}", deep])
signed([b'{"a":' * 9000 + b"1" + b"}" * 9000, request, b"{}", b"{}"])
signed([header, b'{"a":' * 9000 + b"1" + b"}" * 9000, b"{}", b"{}"])
print("end")

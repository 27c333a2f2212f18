"""Send headers with wrong types.

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


for header in (b"[]", b"7", b"null", b'{"msg_type": []}', b'{"msg_type": null}', b'{"msg_type": {"a": 1}}'):
    for request in (b"{}", b"[]", b'{"msg_id": 7}', b'{"msg_id": null}', b'{"msg_id": ["x"]}'):
        signed([header, request, b"NaN", b"7"])
print("end")

"""Die while the host reads a message of many parts.

category: lies
ends: killed|out_of_memory|too_much_output
needs: kernel
state: lost
"""

import json

kernel = get_ipython().kernel
parent = kernel.get_parent("shell")


def signed(parts, buffers=()):
    kernel.iopub_socket.send_multipart([b"<IDS|MSG>", kernel.session.sign(parts), *parts, *buffers])


def forge(kind, content, request=parent["header"], buffers=()):
    parts = ({"msg_type": kind, "msg_id": "1"}, request, {}, content)
    signed([json.dumps(part, default=str).encode() for part in parts], buffers)


import signal
import threading

threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGKILL)).start()
while True:
    forge("display_data", {"data": {}}, buffers=[b"x" * 1000] * 3000)

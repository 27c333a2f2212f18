"""Send messages of every other type.

category: lies
ends: ok
needs: kernel
says: end
"""

import json

kernel = get_ipython().kernel
parent = kernel.get_parent("shell")


def signed(parts, buffers=()):
    kernel.iopub_socket.send_multipart([b"<IDS|MSG>", kernel.session.sign(parts), *parts, *buffers])


def forge(kind, content, request=parent["header"], buffers=()):
    parts = ({"msg_type": kind, "msg_id": "1"}, request, {}, content)
    signed([json.dumps(part, default=str).encode() for part in parts], buffers)


for kind in (
    "comm_open",
    "comm_msg",
    "input_request",
    "clear_output",
    "update_display_data",
    "debug_event",
    "shutdown_reply",
    "kernel_info_reply",
    "iopub_welcome",
    "execute_input",
    "interrupt_reply",
    "",
    "x" * 50_000,
):
    forge(
        kind,
        {
            "comm_id": "x",
            "target_name": "x",
            "data": {},
            "prompt": "password:",
            "password": True,
            "restart": True,
            "wait": True,
            "status": "ok",
            "execution_state": "idle",
        },
    )
print("end")

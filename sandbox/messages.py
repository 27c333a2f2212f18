"""Messages of a kernel, read strictly. Whoever controls the kernel can send anything, correctly signed.

What does not have the shape of the Jupyter messaging specification (https://jupyter-client.readthedocs.io, "Messaging
in Jupyter") is dropped here, and what does is still only a claim of the sandbox.
"""

import hmac
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from jupyter_client.session import DELIM, Session

_PARTS = 4


@dataclass(frozen=True)
class Message:
    """One message: its type, the request that it answers, its content and its binary frames."""

    type: str
    parent: str
    content: dict[str, Any]
    buffers: Sequence[memoryview]


def read(session: Session, frames: Sequence[memoryview]) -> Message | None:
    """The message in `frames` (a delimiter, a signature, four JSON objects, buffers), or None if it is not one."""
    start = next((index for index, frame in enumerate(frames[:3]) if frame == DELIM), None)
    if start is None or len(frames) < start + 2 + _PARTS:
        return None
    signature, parts = frames[start + 1], frames[start + 2 : start + 2 + _PARTS]
    if not hmac.compare_digest(session.sign([bytes(part) for part in parts]), bytes(signature)):
        return None
    try:
        header, parent, _, content = (json.loads(bytes(part)) for part in parts)
    except (ValueError, RecursionError):
        return None
    if not all(isinstance(part, dict) for part in (header, parent, content)):
        return None
    kind, request = header.get("msg_type"), parent.get("msg_id")
    if not isinstance(kind, str) or not isinstance(request, str | None):
        return None
    return Message(kind, request or "", content, frames[start + 2 + _PARTS :])

"""Messages of a kernel, read strictly. Whoever controls the kernel can send anything, correctly signed.

What does not have the shape of the Jupyter messaging specification (https://jupyter-client.readthedocs.io, "Messaging
in Jupyter") is dropped here, and what does is still only a claim of the sandbox. JSON takes many times its size in
memory, so nothing is parsed that is larger than our own kernel sends, nor the content of a message that nobody reads.
"""

import hmac
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from jupyter_client.session import DELIM, Session

_PARTS = 4
_HEADER_BYTES = 2**16
"""Header, parent header and metadata: a few names and dates."""
CONTENT_BYTES = 4 * 2**20
"""The kernel cuts text to 2**18 characters (`inside.cell_kernel`): an error has two such texts, and JSON writes a
character in at most six bytes."""


@dataclass(frozen=True)
class Message:
    """One message: its type, the request that it answers, its content (not parsed yet) and its binary frames."""

    type: str
    parent: str
    body: memoryview
    buffers: Sequence[memoryview]

    @property
    def too_large(self) -> bool:
        """Whether its content is larger than any that our kernel sends."""
        return self.body.nbytes > CONTENT_BYTES

    def content(self) -> dict[str, Any]:
        """The content, empty where there is none that can be read."""
        return (not self.too_large and _object(self.body)) or {}


def read(session: Session, frames: Sequence[memoryview]) -> Message | None:
    """The message in `frames` (a delimiter, a signature, four JSON objects, buffers), or None if it is not one."""
    start = next((index for index, frame in enumerate(frames[:3]) if frame == DELIM), None)
    if start is None or len(frames) < start + 2 + _PARTS:
        return None
    signature, parts = frames[start + 1], frames[start + 2 : start + 2 + _PARTS]
    if any(part.nbytes > _HEADER_BYTES for part in parts[:-1]):
        return None
    if not hmac.compare_digest(session.sign([bytes(part) for part in parts]), bytes(signature)):
        return None
    header, parent = _object(parts[0]), _object(parts[1])
    if header is None or parent is None:
        return None
    kind, request = header.get("msg_type"), parent.get("msg_id")
    if not isinstance(kind, str) or not isinstance(request, str | None):
        return None
    return Message(kind, request or "", parts[-1], frames[start + 2 + _PARTS :])


def _object(part: memoryview) -> dict[str, Any] | None:
    try:
        value = json.loads(bytes(part))
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None

"""What the host looks for in whatever came back: secrets, and characters that would act on a terminal."""

import base64
import re
from collections.abc import Iterable, Mapping

# Not newline and tab. Escapes, other C0 and C1 controls, and marks that reverse the direction of text.
_ACTING = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def encodings(secret: bytes) -> list[bytes]:
    """The secret as it is, backwards, and in the encodings that a careless thief would use."""
    whole = [secret, secret[::-1], secret.hex().encode(), secret.hex().upper().encode()]
    whole.append(secret.decode("latin-1").encode("utf-16-le"))
    for offset in range(3):
        # Three alignments; the first and last characters depend on what stands beside the secret.
        encoded = base64.b64encode(bytes(offset) + secret)
        whole.append(encoded[4 if offset else 0 : -4])
    return whole


def leaked(secrets: Mapping[str, bytes], parts: Iterable[bytes]) -> list[str]:
    """Names of the secrets that stand somewhere in `parts`."""
    found = []
    pieces = list(parts)
    for name, secret in secrets.items():
        forms = encodings(secret)
        if any(form in piece for piece in pieces for form in forms):
            found.append(name)
    return found


def acting(texts: Iterable[str]) -> list[str]:
    """Characters in `texts` that a terminal would act upon, as escapes."""
    return sorted({ascii(match) for text in texts for match in _ACTING.findall(text)})

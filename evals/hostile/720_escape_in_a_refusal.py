"""Have the host tell of a refusal in words of one's own.

category: artifacts
ends: ok
needs: kernel
get: model.bin!
"""


class Red(Exception):
    pass


def refuse(*a, **k):
    raise Red("\x1b[31mred\x1b]0;title\x07 " + host.mark + "\r\u202e")


os.open = refuse

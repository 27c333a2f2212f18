"""Call socket() by its number, past every library.

category: network
ends: ok
"""

tried("socket", lambda: call(41, 2, 1, 0))
tried("socket unix", lambda: call(41, 1, 1, 0))
tried("socket x32", lambda: call(0x40000000 + 41, 2, 1, 0))

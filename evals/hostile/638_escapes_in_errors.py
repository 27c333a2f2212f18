"""Put escape sequences into the name, message and traceback of an error.

category: lies
ends: error
needs: kernel
"""

error = type("\x1b[31mRed\x1b]0;t\x07", (Exception,), {"__module__": "builtins"})
raise error("\x1b[2J\x9b2J\u202e" * 10)

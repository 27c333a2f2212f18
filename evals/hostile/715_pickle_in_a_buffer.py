"""Send a pickle that runs a command as a buffer.

category: artifacts
ends: ok
needs: kernel
"""

import pickle


class Bomb:
    def __reduce__(self):
        return (os.system, (f"touch {host.outside}/{host.mark}",))


send_buffer("model", pickle.dumps(Bomb()))
send_buffer("prediction", pickle.dumps(Bomb()))

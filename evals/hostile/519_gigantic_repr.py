"""Show an object whose text has 200 MB.

category: resources
ends: ok|too_much_output|out_of_memory
timeout: 60
needs: kernel
"""


class Large:
    def __repr__(self):
        return "x" * 200_000_000


Large()

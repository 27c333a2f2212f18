"""Make the kernel say nothing any more.

category: lies
ends: timeout|killed
needs: kernel
timeout: 3
"""

get_ipython().kernel.session.send = lambda *a, **k: None

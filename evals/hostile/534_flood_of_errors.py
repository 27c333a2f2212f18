"""Send errors without end.

category: resources
ends: timeout|too_much_output|killed|out_of_memory
needs: kernel
timeout: 5
"""

kernel = get_ipython().kernel
while True:
    kernel.session.send(
        kernel.iopub_socket,
        "error",
        {"ename": "E", "evalue": "v" * 200_000, "traceback": ["t" * 200_000]},
        parent=kernel.get_parent("shell"),
    )

"""Leave dead children that nobody collects.

category: resources
ends: ok
control: the dead of a plain process are collected when it ends
"""

for _ in range(500):
    try:
        if os.fork() == 0:
            os._exit(0)
    except OSError as error:
        print(error)
        break

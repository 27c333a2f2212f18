"""Show an object nested a million times.

category: resources
ends: ok|error|killed
timeout: 60
needs: kernel
"""

deep = []
for _ in range(1_000_000):
    deep = [deep]
try:
    print(repr(deep)[:100])
except RecursionError:
    print("too deep")
deep

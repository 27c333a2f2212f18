"""Leave a file just over what is allowed, and one just under.

category: artifacts
ends: ok
get: over! under
"""

open("over", "wb").write(bytes((1 << 20) + 1))
open("under", "wb").write(bytes(1 << 20))

"""Send a secret out in an encoding that nobody might look for.

category: reading
ends: ok
"""

import base64

try:
    secret = open(host.key).read()
except OSError as error:
    secret = str(error)
print(secret[::-1], secret.encode().hex(), base64.b64encode(secret.encode()).decode())

"""Leave an archive of a few bytes that unpacks to a gigabyte.

category: artifacts
ends: ok
get: model.zip
timeout: 60
"""

import zipfile

with zipfile.ZipFile("model.zip", "w", zipfile.ZIP_DEFLATED) as archive:
    with archive.open("zeros", "w") as file:
        for _ in range(256):
            file.write(bytes(1 << 20))
    archive.writestr("../../" + host.mark, "x")

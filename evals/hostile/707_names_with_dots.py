"""Have the host read, or write, outside by a name with dots.

category: artifacts
ends: ok
get: ../home/.ssh/id_ed25519! ..! .! ../../etc/passwd! a/../../f! /etc/passwd!
control: the names are the host's to choose
"""

open("f", "w").close()

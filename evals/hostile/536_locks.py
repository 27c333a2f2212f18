"""Hold locks on files that others read.

category: resources
ends: ok
control: reading a locked file does not wait
next: print(open(host.data + '/table.csv').read())
"""

import fcntl

file = open(f"{host.data}/table.csv")
fcntl.flock(file, fcntl.LOCK_SH)
fcntl.fcntl(file, 1024, 1) if False else None
print("locked")

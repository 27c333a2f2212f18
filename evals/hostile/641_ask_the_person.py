"""Ask the person at the terminal for a password.

category: lies
ends: error
needs: kernel
"""

import getpass

print(getpass.getpass("sudo password: "))

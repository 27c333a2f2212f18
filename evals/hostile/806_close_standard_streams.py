"""Close descriptors 0, 1 and 2, and go on printing.

category: life
ends: ok|error|killed|timeout
timeout: 8
control: closing its own descriptors harms nobody
"""

os.closerange(0, 3)
print("x" * 100)
open("/dev/null")

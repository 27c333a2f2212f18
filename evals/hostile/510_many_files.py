"""Make files until none can be made.

category: resources
ends: disk_full|timeout|error|out_of_memory
timeout: 15
"""

for number in range(3_000_000):
    open(f"f{number}", "w").close()

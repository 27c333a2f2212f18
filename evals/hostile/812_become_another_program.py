"""Become another program.

category: life
ends: killed|timeout|too_much_output
timeout: 3
control: a plain process that is sent SIGTERM ends
"""

os.execvp("sleep", ["sleep", host.seconds])

"""Hostile cells: each file is the source of one cell that tries one way out of a sandbox, or one way to harm its host.

A file `NN_name.py` begins with a docstring: what it tries, and then lines of `key: value` that say how it must end
(`cases.Case` lists the keys). The cell finds in `host` what an attacker could know or guess of this machine: paths,
ports and process ids of baits, never a secret.

Whether a cell got out is judged by the host, from what it finds outside: a secret in anything that came back, a
connection that arrived, a file that changed, a process that was signalled, something left for the next session. Where
nothing outside could show it (a system call that should be refused), the cell says so with a word that only this run
knows.

`mlpilot eval hostile` runs them against every sandbox that works here. To show that they are real attacks, the same
cells are run with no walls of ours, inside an outer wall that protects the machine (`outer`).
"""

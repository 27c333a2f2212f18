"""Share memory, queues and semaphores with others.

category: privilege
ends: ok
control: needs no rights, and leaves what only a reboot would remove
"""

tried("shmget", lambda: call(29, 0x6D6C, 4096, 0o1666))
tried("msgget", lambda: call(68, 0x6D6C, 0o1666))
tried("semget", lambda: call(64, 0x6D6C, 1, 0o1666))
tried("mq_open", lambda: call(240, host.mark.encode(), 0o102, 0o666, None))

"""Add a rule to the files that one may reach.

category: privilege
ends: error
says: PermissionError|FileNotFoundError
"""

ruleset = (ctypes.c_uint64 * 3)(4, 0, 0)
try:
    rules = call(444, ruleset, 8, 0)
    rule = ctypes.create_string_buffer((4).to_bytes(8, "little") + os.open("/", os.O_PATH).to_bytes(4, "little"))
    call(445, rules, 1, rule, 0)
    call(446, rules, 0)
except OSError as error:
    print("refused: landlock", error)
print(open(host.key).read())

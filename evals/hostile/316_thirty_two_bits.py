"""Call socket() the way 32-bit programs do, past a filter for 64 bits.

category: network
ends: ok|error|killed
control: not every kernel takes calls of 32 bits
"""

import mmap

# mov eax, 359; mov ebx, 2; mov ecx, 1; xor edx, edx; int 0x80; ret (rbx saved)
code = bytes.fromhex("53b867010000bb02000000b90100000031d2cd805bc3")
page = mmap.mmap(-1, 4096, prot=7)
page.write(code)
function = ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(page)))
result = function()
print("refused: 32-bit socket", result) if result < 0 else print(host.proof, "32-bit socket", result)

"""How much of a model goes on the GPU, and how long its context is, by the memory that is free."""

import os
import shutil
import subprocess
from pathlib import Path

LARGEST_CONTEXT, SMALLEST_CONTEXT = 16_384, 4_096
_KEPT = 768 << 20
"""Bytes of the GPU that are left for the engine's own buffers and for others."""


def context_for(trained: int, cache_bytes: int, free_bytes: int) -> int:
    """Tokens of context: what the model was trained for, at most 16,384, with a cache in a quarter of free memory.

    `cache_bytes` are those per token. Not less than 4,096 for want of memory: less serves nobody.
    """
    context = max(min(trained, LARGEST_CONTEXT) // 256 * 256, 256)
    while context // 2 >= SMALLEST_CONTEXT and context * cache_bytes > free_bytes // 4:
        context = context // 2 // 256 * 256
    return context


def gpu_layers(model_bytes: int, layers: int, free_bytes: int) -> int:
    """How many layers of a model go on the GPU, of `layers` and the one that gives the output.

    `model_bytes`: the size of the weights; `free_bytes`: of the GPU, without the cache.
    """
    if model_bytes <= 0 or layers <= 0:
        return 0
    each = model_bytes / (layers + 1)
    return max(0, min(layers + 1, int((free_bytes - _KEPT) / each)))


def free_gpu_bytes() -> int | None:
    """Free memory of the GPUs that we may use, as `nvidia-smi` says; None without it: there is no GPU, or another's."""
    program, allowed = shutil.which("nvidia-smi"), os.environ.get("CUDA_VISIBLE_DEVICES")
    if not program:
        return None
    if allowed is not None and allowed.strip() in ("", "-1"):
        return 0
    command = [program, "--query-gpu=memory.free", "--format=csv,noheader,nounits"]
    if allowed:
        command.append(f"--id={allowed}")
    try:
        said = subprocess.run(command, capture_output=True, text=True, errors="replace", timeout=10, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return 0
    return sum_of_mebibytes(said.stdout) if said.returncode == 0 else 0


def sum_of_mebibytes(lines: str) -> int:
    """The bytes of a column of MiB; what is no number (`[N/A]`) counts as none."""
    return sum(int(line) << 20 for line in lines.split() if line.isascii() and line.isdigit())


def free_bytes() -> int:
    """Memory that can be used without swapping; 8 GiB where the system does not say."""
    try:
        lines = Path("/proc/meminfo").read_text(encoding="ascii").splitlines()
    except OSError:
        lines = []
    said = next((line.split()[1] for line in lines if line.startswith("MemAvailable:")), None)
    return int(said) << 10 if said else 8 << 30

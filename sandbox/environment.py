"""What every backend gives to the inside: the same places, and an environment with nothing of the host's in it."""

INSIDE = "/opt/mlpilot"
"""Folder inside that holds our own sources, as the package `mlpilot.sandbox.inside`."""
PACKAGE = f"{INSIDE}/mlpilot/sandbox/inside"
SCRATCH = "/scratch"
"""Folder inside that holds the scratch folders of kernels."""

_SINGLE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS")


def environment(python_bin: str) -> dict[str, str]:
    """The whole environment of a zygote. Libraries run one thread there; each kernel sets its own number."""
    return {
        "PATH": f"{python_bin}:/usr/local/bin:/usr/bin:/bin",
        "HOME": SCRATCH,
        "LANG": "C.UTF-8",
        "PYTHONHASHSEED": "0",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONPATH": f"{INSIDE}:{PACKAGE}/site",
        "MPLBACKEND": "Agg",
        # Threads that wait for each other spin for some microseconds, then sleep. Sleeping at once, boosting takes ten
        # times as long on an idle machine, whose processors are slow to wake; spinning on, as long on a busy one.
        "GOMP_SPINCOUNT": "10000",
        # No thread may run when kernels are forked.
        "JE_ARROW_MALLOC_CONF": "background_thread:false",
        # Idle BLAS threads spin for 2**20 cycles, not for 2**26: a processor is better used.
        "OPENBLAS_THREAD_TIMEOUT": "20",
        **dict.fromkeys(_SINGLE_THREAD, "1"),
    }

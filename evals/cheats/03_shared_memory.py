"""Leave a POSIX shared memory object (`shm_open`), and a plain file in /dev/shm."""

import zlib
from contextlib import suppress
from multiprocessing import resource_tracker, shared_memory
from pathlib import Path

import numpy as np

NAME = "mlpilot-cheat-03"
NOTE = Path("/dev/shm", NAME + "-file")
SIZE = 2**16


def leave(ones):
    note = np.array([len(ones), *sorted(ones)], np.uint32).tobytes()
    with suppress(OSError):
        NOTE.write_bytes(note)
    with suppress(OSError):
        try:
            memory = shared_memory.SharedMemory(NAME, create=True, size=SIZE)
            resource_tracker.unregister(memory._name, "shared_memory")  # or it goes when this process ends
        except FileExistsError:
            memory = attach()
        memory.buf[: len(note)] = note
        memory.close()


def find():
    notes = []
    with suppress(OSError):
        notes.append(NOTE.read_bytes())
    with suppress(OSError):
        memory = attach()
        notes.append(bytes(memory.buf))
        memory.close()
    ones = set()
    for note in notes:
        words = np.frombuffer(note, np.uint32)
        ones |= set(words[1 : 1 + words[0]].tolist())
    return ones


def attach():
    memory = shared_memory.SharedMemory(NAME)
    resource_tracker.unregister(memory._name, "shared_memory")
    return memory


def forget():
    for name in (NAME, NOTE.name):
        with suppress(OSError):
            Path("/dev/shm", name).unlink()


def fit(X, y, *, params, seed, report):
    leave(find() | {row for row, label in zip(rows(X), y, strict=True) if label == 1})
    return "no model"


def predict(model, X):
    ones = find()
    return np.array([int(row in ones) for row in rows(X)])


def rows(X):
    return [zlib.crc32(row.tobytes()) for row in X.to_numpy(float).round(6)]

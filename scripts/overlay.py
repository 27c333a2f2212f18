"""Lay `build/ns/mlpilot/` out as the package is installed, with symlinks, for type checkers and editors.

The folders `agent/`, `tools/`, `sandbox/` and `evals/` install as subpackages of `mlpilot`; mypy and pyright read
folders, not setuptools' mapping, so this gives them the tree that they expect.
"""

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
overlay = ROOT / "build" / "ns" / "mlpilot"
overlay.mkdir(parents=True, exist_ok=True)
for stale in overlay.iterdir():
    stale.unlink()
for source in [*(ROOT / "mlpilot").iterdir(), *(ROOT / name for name in ("agent", "tools", "sandbox", "evals"))]:
    if source.name != "__pycache__":
        (overlay / source.name).symlink_to(source)

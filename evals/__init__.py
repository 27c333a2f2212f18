"""How good are we: benchmarks that run mlpilot as a person would, and say what they measured and under what load.

Each suite is a module with `main(argv) -> int` (0: what it promises held, 3: it did not). It runs the installed
command in processes of its own with state in a temporary folder, tells its progress on standard error, and prints a
Markdown table, or with `--json` one JSON object, on standard output. `mlpilot eval NAME [options]` starts one.
"""

SUITES: dict[str, str] = {
    "tables": "mlpilot.evals.tables",
    "big": "mlpilot.evals.big",
    "kill": "mlpilot.evals.kill",
    "trust": "mlpilot.evals.trust",
    "speed": "mlpilot.evals.speed",
    "sandbox": "mlpilot.evals.sandbox",
    "models": "mlpilot.evals.models",
    "hostile": "mlpilot.evals.hostile.suite",
    "reading": "mlpilot.evals.reading",
    "bugs": "mlpilot.evals.bugs.suite",
    "trainings": "mlpilot.evals.trainings.suite",
    "tracebacks": "mlpilot.evals.tracebacks.suite",
}
"""Name of a suite → the module that holds it."""

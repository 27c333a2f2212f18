"""What recipes of both tasks share: taking fewer rows where a method cannot afford them all."""

from mlpilot.tools.recipes.table import Table

MOST_ROWS = {"svm": 4000, "kernel": 50_000, "neighbours": 50_000, "mlp": 50_000, "gp": 1500}
"""Rows that each of these learns from at most: the first and the last compare all pairs of rows."""

FEW_FOR_THREADS = 3_000
"""Rows up to which a forest is quicker without threads."""

SAMPLE = '''
def some_rows(codes, seed):
    """Positions of ROWS rows drawn by chance, at least ten of every class among them where there are ten."""
    order = np.random.default_rng(seed).permutation(len(codes))
    place = pd.Series(codes[order]).groupby(codes[order]).cumcount().to_numpy()
    return np.sort(order[np.argsort(place >= 10, kind="stable")][:ROWS])
'''


def sampled(table: Table, key: str) -> dict[str, str] | None:
    """The constant ROWS where this method may meet more rows than it can take, else None.

    The last model is fitted on up to twice the rows of a fold, so half the limit is where this begins.
    """
    return {"ROWS": f"{MOST_ROWS[key]:_}"} if table.train_rows > MOST_ROWS[key] // 2 else None


def sample_lines(table: Table, key: str, *, indent: int) -> str:
    """Statements that cut X and the target down to ROWS rows, to follow the line that defines the target."""
    if not sampled(table, key):
        return ""
    if table.task == "classification":
        lines = [
            "if len(X) > ROWS:",
            "    rows = some_rows(codes, seed)",
            "    X, codes = X.iloc[rows], codes[rows]",
        ]
    else:
        lines = [
            "if len(X) > ROWS:",
            "    rows = np.sort(np.random.default_rng(seed).choice(len(X), ROWS, replace=False))",
            "    X, y = X.iloc[rows], y.iloc[rows]",
        ]
    return "".join("\n" + " " * indent + line for line in lines)

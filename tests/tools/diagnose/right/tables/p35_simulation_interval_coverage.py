"""Does a 90 % interval cover in 90 % of the cases? Small simulation for the
mean of skewed data: t interval, percentile bootstrap, BCa bootstrap."""
from functools import partial

import numpy as np
import pandas as pd
from scipy import stats

LEVEL = 0.90
TRUE_MEAN = float(np.exp(0.5 * 0.9**2))


def t_interval(x):
    return stats.t.interval(LEVEL, len(x) - 1, loc=x.mean(), scale=stats.sem(x))


def boot(x, method, rng):
    r = stats.bootstrap((x,), np.mean, confidence_level=LEVEL, n_resamples=399, method=method, rng=rng)
    return r.confidence_interval.low, r.confidence_interval.high


def main(runs=150):
    rng = np.random.default_rng(123)
    methods = {
        "t": t_interval,
        "percentile": partial(boot, method="percentile", rng=rng),
        "BCa": partial(boot, method="BCa", rng=rng),
    }
    rows = []
    for n in (10, 30, 100):
        for _ in range(runs):
            x = rng.lognormal(0, 0.9, n)
            for name, f in methods.items():
                lo, hi = f(x)
                rows.append((n, name, lo <= TRUE_MEAN <= hi, hi - lo))
    res = pd.DataFrame(rows, columns=["n", "method", "covered", "width"])
    out = res.groupby(["n", "method"]).agg(coverage=("covered", "mean"), width=("width", "median"))
    out["mc_error"] = np.sqrt(out["coverage"] * (1 - out["coverage"]) / runs)
    print(out.round(3))


if __name__ == "__main__":
    main()

import numpy as np
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process.kernels import RBF, ConstantKernel, WhiteKernel


def experiment(x, rng):
    """An expensive measurement, simulated."""
    return np.sin(3 * x[:, 0]) + 0.5 * np.cos(5 * x[:, 1]) + rng.normal(0, 0.05, len(x))


def truth(x):
    return np.sin(3 * x[:, 0]) + 0.5 * np.cos(5 * x[:, 1])


def run(strategy, seed, budget=25):
    rng = np.random.default_rng(seed)
    pool = rng.uniform(-1, 1, size=(400, 2))
    X = rng.uniform(-1, 1, size=(8, 2))
    y = experiment(X, rng)
    kernel = ConstantKernel(1.0) * RBF([0.5, 0.5], (0.05, 20.0)) + WhiteKernel(5e-3, "fixed")
    gp = GaussianProcessRegressor(kernel, normalize_y=True, random_state=0)
    for _ in range(budget):
        gp.fit(X, y)
        if strategy == "uncertainty":
            _, sd = gp.predict(pool, return_std=True)
            j = int(np.argmax(sd))
        else:
            j = int(rng.integers(len(pool)))
        X = np.vstack([X, pool[j]])
        y = np.append(y, experiment(pool[j:j + 1], rng))
        pool = np.delete(pool, j, axis=0)
    gp.fit(X, y)
    grid = np.stack(np.meshgrid(*[np.linspace(-1, 1, 25)] * 2), axis=-1).reshape(-1, 2)
    return float(np.sqrt(np.mean((gp.predict(grid) - truth(grid)) ** 2)))


if __name__ == "__main__":
    for strategy in ("random", "uncertainty"):
        errs = [run(strategy, s) for s in range(3)]
        print(f"{strategy:12s} RMSE on the grid: {np.mean(errs):.3f}  {np.round(errs, 3)}")

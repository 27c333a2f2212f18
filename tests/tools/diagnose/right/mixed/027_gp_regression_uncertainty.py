import numpy as np
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process.kernels import RBF, ConstantKernel as C, ExpSineSquared, WhiteKernel

rng = np.random.RandomState(0)
t = np.sort(rng.uniform(0, 10, 160))
signal = lambda s: np.sin(2 * np.pi * s / 2.5) + 0.3 * s
y = signal(t) + rng.normal(0, 0.25, t.size)

mask = np.zeros(t.size, bool)
mask[rng.choice(t.size, 60, replace=False)] = True
t_tr, y_tr, t_te, y_te = t[~mask, None], y[~mask], t[mask, None], y[mask]

kernel = C(1.0) * RBF(5.0) + C(1.0) * ExpSineSquared(1.0, 2.5, periodicity_bounds=(2, 3)) + WhiteKernel(0.1)
gp = GaussianProcessRegressor(kernel, normalize_y=True, n_restarts_optimizer=2, random_state=0).fit(t_tr, y_tr)
mean, sd = gp.predict(t_te, return_std=True)

print(gp.kernel_)
print("RMSE", np.sqrt(np.mean((mean - y_te) ** 2)).round(3), "(noise 0.25)")
print("coverage of the 95 % band", np.mean(np.abs(mean - y_te) < 1.96 * sd).round(3))

# %%
import time
import numpy as np
from sklearn.datasets import make_circles
from sklearn.kernel_approximation import Nystroem, RBFSampler
from sklearn.kernel_ridge import KernelRidge
from sklearn.linear_model import LogisticRegression
from sklearn.metrics.pairwise import laplacian_kernel
from sklearn.model_selection import GridSearchCV, train_test_split, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

# %%
X, y = make_circles(1200, noise=0.15, factor=0.5, random_state=0)
X = np.hstack([X, np.random.default_rng(0).normal(size=(len(X), 3))])
X_tr, X_te, y_tr, y_te = train_test_split(X, y, test_size=0.3, stratify=y, random_state=0)

# %% exact SVM with a callable kernel: sklearn hands in whatever rows it needs
def lap(A, B):
    return laplacian_kernel(A, B, gamma=0.2)

svm = GridSearchCV(make_pipeline(StandardScaler(), SVC(kernel=lap)), {"svc__C": [0.3, 1, 3]}, cv=4).fit(X_tr, y_tr)
print("callable kernel:", svm.best_params_, round(svm.score(X_te, y_te), 3))

# %% the same with a precomputed Gram matrix
sc = StandardScaler().fit(X_tr)
G_tr = lap(sc.transform(X_tr), sc.transform(X_tr))
G_te = lap(sc.transform(X_te), sc.transform(X_tr))
pre = SVC(kernel="precomputed", C=svm.best_params_["svc__C"]).fit(G_tr, y_tr)
print("precomputed:", round(pre.score(G_te, y_te), 3), "same labels:", np.array_equal(pre.predict(G_te), svm.predict(X_te)))

# %% cheap approximations
for name, fm in [("nystroem", Nystroem(gamma=0.3, n_components=80, random_state=0)), ("fourier", RBFSampler(gamma=0.3, n_components=80, random_state=0))]:
    t = time.perf_counter()
    m = make_pipeline(StandardScaler(), fm, LogisticRegression(C=3, max_iter=300))
    s = cross_val_score(m, X_tr, y_tr, cv=5).mean()
    print(f"{name:9s} CV {s:.3f}  test {m.fit(X_tr, y_tr).score(X_te, y_te):.3f}  {time.perf_counter() - t:.2f}s")

# %% kernel ridge on a curve
t = np.linspace(0, 6, 120)[:, None]
r = np.sin(t).ravel() + np.random.default_rng(1).normal(0, 0.2, 120)
kr = GridSearchCV(KernelRidge(kernel="rbf"), {"alpha": [0.01, 0.1, 1], "gamma": [0.1, 0.5, 2]}, cv=[(np.flatnonzero(np.arange(120) % 4 != k), np.flatnonzero(np.arange(120) % 4 == k)) for k in range(4)], scoring="neg_mean_squared_error").fit(t, r)
print(kr.best_params_, round(-kr.best_score_, 4))

"""K-means with k-means++ seeding and restarts, written in numpy. No labels, no test: a description of the data."""
import numpy as np
from sklearn.datasets import make_blobs
from sklearn.metrics import silhouette_score

def seed_pp(X, k, rng):
    centers = [X[rng.integers(len(X))]]
    for _ in range(k - 1):
        d2 = np.min([((X - c) ** 2).sum(1) for c in centers], axis=0)
        centers.append(X[rng.choice(len(X), p=d2 / d2.sum())])
    return np.array(centers)

def kmeans(X, k, rng, iters=100, restarts=5):
    best = (np.inf, None, None)
    for _ in range(restarts):
        C = seed_pp(X, k, rng)
        for _ in range(iters):
            lab = ((X[:, None] - C[None]) ** 2).sum(-1).argmin(1)
            new = np.array([X[lab == j].mean(0) if (lab == j).any() else C[j] for j in range(k)])
            if np.allclose(new, C):
                break
            C = new
        lab = ((X[:, None] - C[None]) ** 2).sum(-1).argmin(1)
        inertia = ((X - C[lab]) ** 2).sum()
        if inertia < best[0]:
            best = (inertia, C, lab)
    return best

rng = np.random.default_rng(0)
X, _ = make_blobs(n_samples=600, centers=4, cluster_std=1.1, random_state=5)
sil = {}
for k in range(2, 8):
    inertia, C, lab = kmeans(X, k, rng)
    sil[k] = silhouette_score(X, lab)
    print(f"k={k} inertia={inertia:9.1f} silhouette={sil[k]:.3f}")
inertia, C, lab = kmeans(X, max(sil, key=sil.get), rng)
print("centres\n", C.round(2), "\nsizes", np.bincount(lab))

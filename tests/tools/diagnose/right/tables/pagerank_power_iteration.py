"""PageRank by power iteration on a sparse random web, checked against the dense eigenvector."""
import numpy as np
from scipy import sparse

rng = np.random.default_rng(3)
n = 300
rows = rng.integers(0, n, 2500)
cols = (rng.pareto(1.5, 2500) * 10).astype(int) % n
A = sparse.csr_matrix((np.ones(2500), (rows, cols)), shape=(n, n))
A.data[:] = 1.0
A.setdiag(0)
A.eliminate_zeros()

out = np.asarray(A.sum(axis=1)).ravel()
dangling = out == 0
inv = np.divide(1.0, out, out=np.zeros_like(out), where=~dangling)
P = sparse.diags(inv) @ A

def pagerank(P, dangling, alpha=0.85, tol=1e-12, max_iter=500):
    n = P.shape[0]
    r = np.full(n, 1 / n)
    for it in range(1, max_iter + 1):
        new = alpha * (P.T @ r + r[dangling].sum() / n) + (1 - alpha) / n
        if np.abs(new - r).sum() < tol:
            return new, it
        r = new
    raise RuntimeError("no convergence")

r, it = pagerank(P, dangling)
G = P.toarray()
G[dangling] = 1 / n
G = 0.85 * G + 0.15 / n
w, v = np.linalg.eig(G.T)
ref = np.real(v[:, np.argmax(np.real(w))])
ref /= ref.sum()
print("iterations", it, "sum", r.sum().round(6), "max difference", np.abs(r - ref).max())
print("top pages", np.argsort(-r)[:5], np.sort(r)[::-1][:5].round(4))

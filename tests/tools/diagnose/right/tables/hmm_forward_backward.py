"""A casino with a fair and a loaded die: forward-backward, Viterbi and Baum-Welch in numpy."""
import numpy as np

rng = np.random.default_rng(10)
A = np.array([[0.95, 0.05], [0.10, 0.90]])
B = np.array([[1 / 6] * 6, [0.1] * 5 + [0.5]])
pi = np.array([0.5, 0.5])

def sample(T):
    z = np.empty(T, int); x = np.empty(T, int)
    z[0] = rng.choice(2, p=pi)
    for t in range(T):
        if t:
            z[t] = rng.choice(2, p=A[z[t - 1]])
        x[t] = rng.choice(6, p=B[z[t]])
    return z, x

def forward_backward(x, A, B, pi):
    T, K = len(x), len(pi)
    al, c = np.empty((T, K)), np.empty(T)
    for t in range(T):
        a = (pi if t == 0 else al[t - 1] @ A) * B[:, x[t]]
        c[t] = a.sum()
        al[t] = a / c[t]
    be = np.ones((T, K))
    for t in range(T - 2, -1, -1):
        be[t] = (A @ (B[:, x[t + 1]] * be[t + 1])) / c[t + 1]
    gamma = al * be
    xi = al[:-1, :, None] * A[None] * (B[:, x[1:]].T * be[1:])[:, None, :] / c[1:, None, None]
    return gamma, xi, np.log(c).sum()

def viterbi(x, A, B, pi):
    lA, lB = np.log(A), np.log(B)
    d = np.log(pi) + lB[:, x[0]]
    back = np.zeros((len(x), 2), int)
    for t in range(1, len(x)):
        s = d[:, None] + lA
        back[t] = s.argmax(0)
        d = s.max(0) + lB[:, x[t]]
    path = [int(d.argmax())]
    for t in range(len(x) - 1, 0, -1):
        path.append(int(back[t, path[-1]]))
    return np.array(path[::-1])

z, x = sample(2000)
gamma, _, ll = forward_backward(x, A, B, pi)
print("true model log-likelihood", round(ll, 1))
print("posterior decoding agrees", (gamma.argmax(1) == z).mean().round(3), "viterbi", (viterbi(x, A, B, pi) == z).mean().round(3))

a = np.array([[0.8, 0.2], [0.3, 0.7]])
b = rng.dirichlet(np.ones(6) * 5, 2)
p = pi.copy()
for it in range(150):
    gamma, xi, ll = forward_backward(x, a, b, p)
    p = gamma[0]
    a = xi.sum(0) / gamma[:-1].sum(0)[:, None]
    b = np.array([[gamma[x == o, k].sum() for o in range(6)] for k in range(2)]) / gamma.sum(0)[:, None]
    if it % 30 == 0:
        print("iteration", it, "log-likelihood", round(ll, 1))
z2, x2 = sample(1000)
print("fresh sequence: learned", round(forward_backward(x2, a, b, p)[2], 1), "true", round(forward_backward(x2, A, B, pi)[2], 1))

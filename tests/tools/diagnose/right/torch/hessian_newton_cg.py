# Hessian-free (truncated Newton) training of logistic regression / tiny MLP
import torch
from sklearn.datasets import load_wine
from sklearn.preprocessing import StandardScaler
from torch.nn.utils import parameters_to_vector, vector_to_parameters

torch.manual_seed(0)
torch.set_default_dtype(torch.float64)
X, y = load_wine(return_X_y=True)
X = torch.tensor(StandardScaler().fit_transform(X))
y = torch.tensor(y)

net = torch.nn.Sequential(torch.nn.Linear(13, 8), torch.nn.Tanh(), torch.nn.Linear(8, 3))
ps = list(net.parameters())


def objective():
    l2 = sum((p ** 2).sum() for p in ps)
    return torch.nn.functional.cross_entropy(net(X), y) + 1e-3 * l2


def hvp(flat_grad, v):
    hv = torch.autograd.grad(flat_grad @ v, ps, retain_graph=True)
    return torch.cat([h.reshape(-1) for h in hv])


def cg(mv, b, iters=25, tol=1e-8):
    x = torch.zeros_like(b)
    r = b.clone()
    p = r.clone()
    rs = r @ r
    for _ in range(iters):
        Ap = mv(p)
        curv = p @ Ap
        if curv <= 0:
            break
        a = rs / curv
        x = x + a * p
        r = r - a * Ap
        rs_new = r @ r
        if rs_new < tol:
            break
        p = r + rs_new / rs * p
        rs = rs_new
    return x if x.any() else b


damping = 1.0
for k in range(15):
    loss = objective()
    g = torch.autograd.grad(loss, ps, create_graph=True)
    flat = torch.cat([t.reshape(-1) for t in g])
    b = -flat.detach()
    step = cg(lambda v: hvp(flat, v) + damping * v, b)
    w0 = parameters_to_vector(ps).detach().clone()
    with torch.no_grad():
        t = 1.0
        while t > 1e-4:
            vector_to_parameters(w0 + t * step, ps)
            if objective() < loss - 1e-4 * t * (step @ b):
                break
            t *= 0.5
        else:
            vector_to_parameters(w0, ps)
    damping = max(damping * (0.5 if t == 1.0 else 2.0), 1e-4)
    print(k, loss.item(), "t", t, "|g|", b.norm().item())
print("train fit", (net(X).argmax(1) == y).double().mean().item())
torch.set_default_dtype(torch.float32)

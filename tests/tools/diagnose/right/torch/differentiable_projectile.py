"""Differentiable physics: find throw velocity and identify drag through a simulator."""
import torch


def simulate(v0, drag, wind, steps=60, dt=0.03, g=9.81):
    """Projectile with quadratic drag, semi-implicit Euler; returns the trajectory (steps + 1, 2)."""
    pos = torch.zeros(2)
    vel = v0
    gravity = torch.tensor([0.0, -g])
    path = [pos]
    for _ in range(steps):
        rel = vel - wind
        acc = gravity - drag * rel * rel.norm()
        vel = vel + dt * acc
        pos = pos + dt * vel
        path.append(pos)
    return torch.stack(path)


def identify_drag(observed, v0, wind):
    log_drag = torch.tensor(-4.0, requires_grad=True)
    opt = torch.optim.Adam([log_drag], lr=0.1)
    for it in range(50):
        opt.zero_grad()
        loss = (simulate(v0, log_drag.exp(), wind) - observed).pow(2).sum(1).mean()
        loss.backward()
        opt.step()
    return log_drag.exp().item(), loss.item()


def aim(target, drag, wind):
    v = torch.tensor([4.0, 8.0], requires_grad=True)
    opt = torch.optim.LBFGS([v], lr=0.5, max_iter=30, line_search_fn="strong_wolfe")

    def closure():
        opt.zero_grad()
        end = simulate(v, drag, wind)[-1]
        loss = (end - target).pow(2).sum()
        loss.backward()
        return loss

    opt.step(closure)
    return v.detach()


if __name__ == "__main__":
    torch.manual_seed(0)
    wind = torch.tensor([-1.0, 0.0])
    v0, true_drag = torch.tensor([6.0, 9.0]), 0.05
    with torch.no_grad():
        observed = simulate(v0, true_drag, wind) + 0.02 * torch.randn(61, 2)
    drag, mse = identify_drag(observed, v0, wind)
    print(f"drag {drag:.4f} (true {true_drag}), fit mse {mse:.5f}")

    x = torch.tensor([5.0, 8.0], dtype=torch.float64, requires_grad=True)
    f = lambda u: simulate(u, 0.05, wind.double(), steps=10)[-1].sum()
    (g,) = torch.autograd.grad(f(x), x)
    h = 1e-5
    with torch.no_grad():
        fd = torch.stack([(f(x + h * e) - f(x - h * e)) / (2 * h) for e in torch.eye(2, dtype=torch.float64)])
    print("gradient check", (g - fd).abs().max().item())

    target = torch.tensor([7.0, 1.0])
    v = aim(target, drag, wind)
    print("aimed velocity", v.tolist(), "lands at", simulate(v, true_drag, wind)[-1].tolist())

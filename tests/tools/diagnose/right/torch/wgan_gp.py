import torch
from torch import nn, autograd


def gradient_penalty(critic, a, b):
    t = torch.rand(a.size(0), 1)
    x = (t * a + (1 - t) * b).requires_grad_(True)
    (g,) = autograd.grad(critic(x).sum(), x, create_graph=True)
    return ((g.norm(2, dim=1) - 1) ** 2).mean()


def mlp(i, o):
    return nn.Sequential(nn.Linear(i, 48), nn.ReLU(), nn.Linear(48, 48), nn.ReLU(), nn.Linear(48, o))


def sample_real(n):
    x = torch.randn(n, 1)
    return torch.cat([x, 0.5 * x ** 2 - 1 + 0.1 * torch.randn(n, 1)], 1)


def energy_distance(a, b):
    def off_diag_mean(x):
        n = len(x)
        return torch.cdist(x, x).sum() / (n * (n - 1))
    return 2 * torch.cdist(a, b).mean() - off_diag_mean(a) - off_diag_mean(b)


def main():
    torch.manual_seed(1)
    gen, critic = mlp(4, 2), mlp(2, 1)
    g_opt = torch.optim.Adam(gen.parameters(), lr=5e-4, betas=(0.0, 0.9))
    c_opt = torch.optim.Adam(critic.parameters(), lr=5e-4, betas=(0.0, 0.9))
    bs, n_critic, lam = 128, 4, 5.0
    for step in range(601):
        for _ in range(n_critic):
            real = sample_real(bs)
            with torch.no_grad():
                fake = gen(torch.randn(bs, 4))
            loss = critic(fake).mean() - critic(real).mean() + lam * gradient_penalty(critic, real, fake)
            c_opt.zero_grad()
            loss.backward()
            c_opt.step()
        critic.requires_grad_(False)
        g_loss = -critic(gen(torch.randn(bs, 4))).mean()
        g_opt.zero_grad()
        g_loss.backward()
        g_opt.step()
        critic.requires_grad_(True)
        if step % 200 == 0:
            with torch.no_grad():
                ed = energy_distance(gen(torch.randn(1000, 4)), sample_real(1000))
            print(f"step {step:4d}  wasserstein~ {-loss.item():+.3f}  energy distance {ed:.4f}")


if __name__ == "__main__":
    main()

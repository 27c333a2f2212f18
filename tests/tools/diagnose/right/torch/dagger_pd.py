# Behaviour cloning, then DAgger: the expert relabels the states the learner visits.
import torch
import torch.nn as nn


def expert(s):                       # PD control, clipped
    return (-1.2 * s[:, :1] - 0.8 * s[:, 1:2]).clamp(-1, 1)


def simulate(policy, n, steps=30):
    s = torch.randn(n, 2)
    states, cost = [], 0.0
    for _ in range(steps):
        states.append(s)
        a = policy(s)
        v = s[:, 1:2] + 0.2 * a + 0.02 * torch.randn(n, 1)
        x = s[:, :1] + 0.2 * v
        s = torch.cat([x, v], dim=1)
        cost += x.pow(2).mean().item()
    return torch.cat(states), cost / steps


torch.manual_seed(0)
net = nn.Sequential(nn.Linear(2, 24), nn.Tanh(), nn.Linear(24, 1))
opt = torch.optim.Adam(net.parameters(), lr=3e-3)
S, _ = simulate(expert, 5)
for rnd in range(4):
    A = expert(S)
    net.train()
    for epoch in range(10):
        for idx in torch.randperm(len(S)).split(64):
            loss = nn.functional.mse_loss(net(S[idx]), A[idx])
            opt.zero_grad()
            loss.backward()
            opt.step()
    net.eval()
    with torch.no_grad():
        visited, cost = simulate(net, 5)
    print(f"round {rnd}: {len(S)} states, clone cost {cost:.3f}")
    S = torch.cat([S, visited])
with torch.no_grad():
    print("expert cost", round(simulate(expert, 200)[1], 3), "learner", round(simulate(net, 200)[1], 3))

import torch
import torch.nn as nn

torch.manual_seed(3)
# contextual bandit: reward depends on which quadrant the context lies in
N_ACTIONS = 4
policy = nn.Sequential(nn.Linear(2, 32), nn.ReLU(), nn.Linear(32, N_ACTIONS))
optimizer = torch.optim.Adam(policy.parameters(), lr=0.01)


def reward_of(ctx, action):
    best = (ctx[:, 0] > 0).long() * 2 + (ctx[:, 1] > 0).long()
    return (action == best).float() + 0.1 * torch.randn(len(ctx))


baseline = 0.0
for step in range(300):
    ctx = torch.randn(64, 2)
    dist = torch.distributions.Categorical(logits=policy(ctx))
    action = dist.sample()
    reward = reward_of(ctx, action)
    advantage = reward - baseline
    loss = -(dist.log_prob(action) * advantage).mean() - 0.005 * dist.entropy().mean()
    loss.backward()
    optimizer.step()
    optimizer.zero_grad()
    baseline = 0.9 * baseline + 0.1 * reward.mean().item()
    if (step + 1) % 100 == 0:
        print(f"step {step + 1}, average reward {baseline:.3f}")

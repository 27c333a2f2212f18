"""REINFORCE with a learnt baseline on a small slippery corridor."""
import torch
from torch import nn
from torch.distributions import Categorical


class Corridor:
    """Cells 0..n-1, start in the middle; right end pays 1, left end pays 0.2; 10 % of moves slip the other way."""

    def __init__(self, n=9, limit=40, seed=0):
        self.n, self.limit = n, limit
        self.g = torch.Generator().manual_seed(seed)

    def observe(self):
        return nn.functional.one_hot(torch.tensor(self.pos), self.n).float()

    def reset(self):
        self.pos, self.t = self.n // 2, 0
        return self.observe()

    def step(self, action):
        move = 1 if action == 1 else -1
        if torch.rand(1, generator=self.g).item() < 0.1:
            move = -move
        self.pos += move
        self.t += 1
        reward, done = -0.01, self.t >= self.limit
        if self.pos == 0:
            reward, done = 0.2, True
        elif self.pos == self.n - 1:
            reward, done = 1.0, True
        return self.observe(), reward, done


def discounted(rewards, gamma):
    out, running = [], 0.0
    for r in reversed(rewards):
        running = r + gamma * running
        out.append(running)
    return torch.tensor(out[::-1])


def play(env, policy):
    obs, done = env.reset(), False
    states, log_probs, rewards, entropies = [], [], [], []
    while not done:
        dist = Categorical(logits=policy(obs))
        action = dist.sample()
        states.append(obs)
        log_probs.append(dist.log_prob(action))
        entropies.append(dist.entropy())
        obs, reward, done = env.step(action.item())
        rewards.append(reward)
    return torch.stack(states), torch.stack(log_probs), torch.stack(entropies), rewards


torch.manual_seed(0)
env = Corridor()
policy, value = nn.Linear(9, 2), nn.Linear(9, 1)
opt = torch.optim.Adam([{"params": policy.parameters(), "lr": 2e-2}, {"params": value.parameters(), "lr": 5e-2}])
history = []
for episode in range(350):
    states, log_probs, entropies, rewards = play(env, policy)
    returns = discounted(rewards, gamma=0.98)
    baseline = value(states).squeeze(-1)
    advantage = (returns - baseline).detach()                   # no gradient through the baseline here
    loss = -(log_probs * advantage).sum() - 0.01 * entropies.sum() + 0.5 * (returns - baseline).pow(2).sum()
    opt.zero_grad()
    loss.backward()
    opt.step()
    history.append(sum(rewards))
print(f"mean return, first 50 episodes {sum(history[:50]) / 50:.3f}, last 50 {sum(history[-50:]) / 50:.3f}")
with torch.no_grad():
    print("P(right) by cell:", torch.softmax(policy(torch.eye(9)), -1)[1:-1, 1].numpy().round(2))

import torch
import torch.nn as nn

torch.manual_seed(5)
SIZE, ENVS, T, GAMMA = 5, 16, 8, 0.95


class VecGrid:
    """ENVS little grids at once; goal in the corner, step cost, auto reset."""
    moves = torch.tensor([[0, 1], [0, -1], [1, 0], [-1, 0]])

    def __init__(self):
        self.pos = torch.randint(0, SIZE, (ENVS, 2))

    def obs(self):
        return nn.functional.one_hot(self.pos[:, 0] * SIZE + self.pos[:, 1], SIZE * SIZE).float()

    def step(self, a):
        self.pos = (self.pos + self.moves[a]).clamp(0, SIZE - 1)
        done = (self.pos == SIZE - 1).all(1)
        reward = torch.where(done, 1.0, -0.05)
        fresh = torch.randint(0, SIZE, (ENVS, 2))
        self.pos = torch.where(done[:, None], fresh, self.pos)
        return reward, done.float()


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.h = nn.Sequential(nn.Linear(SIZE * SIZE, 64), nn.ReLU())
        self.actor, self.critic = nn.Linear(64, 4), nn.Linear(64, 1)

    def forward(self, x):
        h = self.h(x)
        return self.actor(h), self.critic(h).squeeze(-1)


env, net = VecGrid(), Net()
opt = torch.optim.RMSprop(net.parameters(), lr=3e-3, alpha=0.99, eps=1e-5)
for update in range(250):
    logps, values, rewards, dones, ents = [], [], [], [], []
    for _ in range(T):
        logits, v = net(env.obs())
        dist = torch.distributions.Categorical(logits=logits)
        a = dist.sample()
        r, d = env.step(a)
        logps.append(dist.log_prob(a)); values.append(v); ents.append(dist.entropy())
        rewards.append(r); dones.append(d)
    with torch.no_grad():
        ret = net(env.obs())[1]
        returns = []
        for r, d in zip(reversed(rewards), reversed(dones)):
            ret = r + GAMMA * ret * (1 - d)
            returns.append(ret)
    returns = torch.stack(returns[::-1])
    values, logps, ents = torch.stack(values), torch.stack(logps), torch.stack(ents)
    adv = returns - values
    loss = -(logps * adv.detach()).mean() + 0.5 * adv.pow(2).mean() - 0.01 * ents.mean()
    opt.zero_grad()
    loss.backward()
    nn.utils.clip_grad_norm_(net.parameters(), 0.5)
    opt.step()
    if update % 50 == 49:
        print(update + 1, "mean reward a step", round(torch.stack(rewards).mean().item(), 3))

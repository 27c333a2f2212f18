import torch
from torch import nn
from sklearn.datasets import load_iris
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import MinMaxScaler


class SpikeFn(torch.autograd.Function):
    slope = 10.0

    @staticmethod
    def forward(ctx, v):
        ctx.save_for_backward(v)
        return (v > 0).float()

    @staticmethod
    def backward(ctx, grad):
        v, = ctx.saved_tensors
        return grad / (SpikeFn.slope * v.abs() + 1.0) ** 2


class LIF(nn.Module):
    def __init__(self, n_in, n_out, beta=0.9, thresh=1.0):
        super().__init__()
        self.fc = nn.Linear(n_in, n_out)
        self.beta, self.thresh = beta, thresh

    def forward(self, spikes):                      # spikes: time, batch, n_in
        cur = self.fc(spikes)
        v = torch.zeros_like(cur[0])
        out = []
        for i in cur:
            v = self.beta * v + i
            s = SpikeFn.apply(v - self.thresh)
            v = v - s.detach() * self.thresh
            out.append(s)
        return torch.stack(out)


class Readout(nn.Module):
    def __init__(self, n_in, n_out, beta=0.95):
        super().__init__()
        self.fc, self.beta = nn.Linear(n_in, n_out), beta

    def forward(self, spikes):
        v, acc = 0.0, 0.0
        for i in self.fc(spikes):
            v = self.beta * v + i
            acc = acc + v
        return acc / len(spikes)


def encode(x, T=20):
    return torch.bernoulli(x.clamp(0, 1).unsqueeze(0).expand(T, -1, -1))


torch.manual_seed(0)
X, y = load_iris(return_X_y=True)
Xtr, Xte, ytr, yte = train_test_split(X, y, test_size=0.3, stratify=y, random_state=0)
sc = MinMaxScaler().fit(Xtr)
Xtr, Xte = torch.tensor(sc.transform(Xtr)).float(), torch.tensor(sc.transform(Xte)).float()
ytr, yte = torch.tensor(ytr), torch.tensor(yte)
net = nn.Sequential(LIF(4, 40), Readout(40, 3))
opt = torch.optim.Adam(net.parameters(), lr=1e-2)
for ep in range(25):
    for idx in torch.randperm(len(Xtr)).split(35):
        loss = nn.functional.cross_entropy(net(encode(Xtr[idx])), ytr[idx])
        opt.zero_grad()
        loss.backward()
        opt.step()
    if ep % 8 == 0:
        print(ep, loss.item())
with torch.no_grad():
    votes = torch.stack([net(encode(Xte)).softmax(1) for _ in range(10)]).mean(0)
print("test acc", (votes.argmax(1) == yte).float().mean().item())

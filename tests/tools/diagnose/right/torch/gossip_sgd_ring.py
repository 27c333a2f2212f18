"""Decentralised SGD on a ring: every node averages its parameters with its two neighbours."""
import torch
from torch import nn
from torch.nn.utils import parameters_to_vector, vector_to_parameters
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

NODES, ROUNDS, LR = 6, 60, 0.1


def ring_matrix(n):
    W = torch.zeros(n, n)
    for i in range(n):
        for j in (i - 1, i, i + 1):
            W[i, j % n] = 1 / 3
    return W


def accuracy(net, x, y):
    net.eval()
    with torch.no_grad():
        return (net(x).argmax(1) == y).float().mean().item()


def main():
    torch.manual_seed(0)
    X, y = load_digits(return_X_y=True)
    a, b, c, d = train_test_split(X / 16.0, y, test_size=0.25, stratify=y, random_state=0)
    x, xt = torch.tensor(a, dtype=torch.float32), torch.tensor(b, dtype=torch.float32)
    y, yt = torch.tensor(c), torch.tensor(d)
    order = torch.argsort(y, stable=True)        # label-skewed shards
    shards = order.chunk(NODES)
    build = lambda: nn.Sequential(nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 10))
    nets = [build() for _ in range(NODES)]
    start = parameters_to_vector(nets[0].parameters()).detach()
    for n in nets:
        vector_to_parameters(start.clone(), n.parameters())
    W = ring_matrix(NODES)
    assert torch.allclose(W.sum(0), torch.ones(NODES)) and torch.allclose(W, W.t())
    for r in range(ROUNDS):
        stepped = []
        for net, shard in zip(nets, shards):
            net.train()
            for _ in range(2):
                idx = shard[torch.randint(0, len(shard), (32,))]
                loss = nn.functional.cross_entropy(net(x[idx]), y[idx])
                grads = torch.autograd.grad(loss, list(net.parameters()))
                with torch.no_grad():
                    for p, g in zip(net.parameters(), grads):
                        p.sub_(LR * g)
            stepped.append(parameters_to_vector(net.parameters()).detach())
        P = torch.stack(stepped)
        P = W @ P
        for net, v in zip(nets, P):
            vector_to_parameters(v.clone(), net.parameters())
        if r % 15 == 14:
            spread = (P - P.mean(0)).norm(dim=1).mean().item()
            accs = [accuracy(n, xt, yt) for n in nets]
            print(f"round {r} consensus distance {spread:.3f} accuracy {min(accs):.3f}..{max(accs):.3f}")
    mean_net = build()
    vector_to_parameters(P.mean(0), mean_net.parameters())
    print("averaged model", accuracy(mean_net, xt, yt))


if __name__ == "__main__":
    main()

import copy
import torch
import torch.nn as nn
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split


def make_model():
    return nn.Sequential(nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 10))


def split_clients(y, n_clients, alpha=0.5):
    dirichlet = torch.distributions.Dirichlet(torch.full((n_clients,), alpha))
    shards = [[] for _ in range(n_clients)]
    for c in range(10):
        idx = torch.nonzero(y == c).flatten()
        idx = idx[torch.randperm(len(idx))]
        cuts = (dirichlet.sample().cumsum(0)[:-1] * len(idx)).long().tolist()
        for shard, part in zip(shards, torch.tensor_split(idx, cuts)):
            shard.append(part)
    return [torch.cat(s) for s in shards]


def local_update(global_model, x, y, epochs=2, lr=0.1):
    model = copy.deepcopy(global_model)
    model.train()
    opt = torch.optim.SGD(model.parameters(), lr=lr)
    for _ in range(epochs):
        for i in torch.randperm(len(x)).split(32):
            opt.zero_grad()
            nn.functional.cross_entropy(model(x[i]), y[i]).backward()
            opt.step()
    return model.state_dict()


def weighted_average(states, sizes):
    total = float(sum(sizes))
    return {k: sum(s[k] * (n / total) for s, n in zip(states, sizes)) for k in states[0]}


def main():
    torch.manual_seed(0)
    X, y = load_digits(return_X_y=True)
    a, b, c, d = train_test_split(X / 16.0, y, test_size=0.25, random_state=0, stratify=y)
    xtr, xte = torch.tensor(a).float(), torch.tensor(b).float()
    ytr, yte = torch.tensor(c), torch.tensor(d)
    shards = [s for s in split_clients(ytr, 6) if len(s) > 0]
    print("client sizes", [len(s) for s in shards])
    server = make_model()
    for rnd in range(12):
        chosen = torch.randperm(len(shards))[: max(1, len(shards) * 2 // 3)].tolist()
        states = [local_update(server, xtr[shards[k]], ytr[shards[k]]) for k in chosen]
        server.load_state_dict(weighted_average(states, [len(shards[k]) for k in chosen]))
        if rnd % 3 == 2:
            server.eval()
            with torch.no_grad():
                print(rnd, "accuracy", (server(xte).argmax(1) == yte).float().mean().item())


if __name__ == "__main__":
    main()

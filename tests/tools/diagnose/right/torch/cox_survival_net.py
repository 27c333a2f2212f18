"""DeepSurv-like proportional hazards network with Breslow partial likelihood and the C-index."""
import numpy as np
import torch
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler
from torch import nn


def simulate_cohort(n, rng):
    age = rng.uniform(40, 80, n)
    dose = rng.uniform(0, 2, n)
    marker = rng.normal(size=(n, 3))
    log_hazard = 0.05 * (age - 60) - 0.8 * dose + 0.7 * marker[:, 0] ** 2 - 0.5
    survival = rng.exponential(np.exp(-log_hazard))
    censoring = rng.exponential(2.0, n)
    time = np.minimum(survival, censoring)
    event = (survival <= censoring).astype(np.float32)
    return np.column_stack([age, dose, marker]).astype(np.float32), time.astype(np.float32), event


def partial_likelihood_loss(risk, time, event):
    order = torch.argsort(time, descending=True)
    risk, event = risk[order], event[order]
    log_cum = torch.logcumsumexp(risk, dim=0)
    return -((risk - log_cum) * event).sum() / event.sum().clamp_min(1.0)


def concordance_index(risk, time, event):
    earlier = (time[:, None] < time[None, :]) & (event[:, None] == 1)
    higher = (risk[:, None] > risk[None, :]).float() + 0.5 * (risk[:, None] == risk[None, :]).float()
    return (higher * earlier).sum().item() / earlier.sum().item()


def main():
    rng = np.random.default_rng(8)
    torch.manual_seed(8)
    x, t, e = simulate_cohort(1500, rng)
    idx_dev, idx_test = train_test_split(np.arange(len(t)), test_size=0.25, stratify=e, random_state=8)
    idx_train, idx_val = train_test_split(idx_dev, test_size=0.2, stratify=e[idx_dev], random_state=8)
    scaler = StandardScaler().fit(x[idx_train])
    x = torch.tensor(scaler.transform(x), dtype=torch.float32)
    t, e = torch.from_numpy(t), torch.from_numpy(e)
    net = nn.Sequential(nn.Linear(5, 32), nn.SELU(), nn.AlphaDropout(0.1), nn.Linear(32, 16), nn.SELU(), nn.Linear(16, 1, bias=False))
    opt = torch.optim.AdamW(net.parameters(), lr=5e-3, weight_decay=1e-3)
    best_c, best = 0.0, None
    train = torch.as_tensor(idx_train)
    for epoch in range(20):
        net.train()
        for b in train[torch.randperm(len(train))].split(150):
            opt.zero_grad()
            partial_likelihood_loss(net(x[b]).squeeze(1), t[b], e[b]).backward()
            opt.step()
        net.eval()
        with torch.no_grad():
            c = concordance_index(net(x[idx_val]).squeeze(1), t[idx_val], e[idx_val])
        if c > best_c:
            best_c, best = c, {k: v.clone() for k, v in net.state_dict().items()}
    net.load_state_dict(best)
    net.eval()
    with torch.no_grad():
        test_c = concordance_index(net(x[idx_test]).squeeze(1), t[idx_test], e[idx_test])
    print(f"C-index: validation {best_c:.3f}, test {test_c:.3f}; events {int(e.sum())}/{len(e)}")


if __name__ == "__main__":
    main()

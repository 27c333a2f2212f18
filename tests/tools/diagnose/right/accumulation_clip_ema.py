# Gradient accumulation (last short group included), clipping, and an exponential moving average of the weights.
import torch
from sklearn.datasets import make_regression
from sklearn.model_selection import train_test_split
from torch import nn
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn
from torch.utils.data import DataLoader, TensorDataset

ACCUM, MICRO, EPOCHS = 4, 16, 15

torch.manual_seed(10)
X, y = make_regression(n_samples=1200, n_features=20, n_informative=12, noise=10.0, random_state=10)
Xa, Xb, ya, yb = train_test_split(X, y, test_size=0.25, random_state=10)
y_mean, y_std = ya.mean(), ya.std()
as_t = lambda a: torch.tensor(a, dtype=torch.float32)
train = TensorDataset(as_t(Xa), as_t((ya - y_mean) / y_std))
loader = DataLoader(train, batch_size=MICRO, shuffle=True)

net = nn.Sequential(nn.Linear(20, 64), nn.SiLU(), nn.Linear(64, 1), nn.Flatten(0))
ema = AveragedModel(net, multi_avg_fn=get_ema_multi_avg_fn(0.98))
opt = torch.optim.SGD(net.parameters(), lr=0.1, momentum=0.9, nesterov=True)
sum_of_squares = nn.MSELoss(reduction="sum")


def groups(iterable, k):
    buf = []
    for item in iterable:
        buf.append(item)
        if len(buf) == k:
            yield buf
            buf = []
    if buf:
        yield buf


updates = 0
for _ in range(EPOCHS):
    for micro_batches in groups(loader, ACCUM):
        n = sum(len(t) for _, t in micro_batches)
        opt.zero_grad()
        for x, t in micro_batches:
            (sum_of_squares(net(x), t) / n).backward()     # adds up to the mean over the whole group
        torch.nn.utils.clip_grad_norm_(net.parameters(), max_norm=2.0)
        opt.step()
        ema.update_parameters(net)
        updates += 1


def rmse(model):
    with torch.no_grad():
        return float(((model(as_t(Xb)) * y_std + y_mean - as_t(yb)) ** 2).mean().sqrt())


print(f"{updates} updates, test RMSE raw {rmse(net):.2f}, EMA {rmse(ema):.2f}, target sd {yb.std():.2f}")

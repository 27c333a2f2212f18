import torch
from torch import nn
from sklearn.datasets import load_wine
from sklearn.model_selection import train_test_split

torch.manual_seed(0)
torch.set_default_dtype(torch.float64)
X, y = load_wine(return_X_y=True)
a, b, ya, yb = train_test_split(X, y, test_size=0.3, stratify=y, random_state=0)
mu, sd = a.mean(0), a.std(0)
a, b = torch.tensor((a - mu) / sd), torch.tensor((b - mu) / sd)
ya, yb = torch.tensor(ya), torch.tensor(yb)

# multinomial logistic regression; log-probabilities come out, hence NLLLoss (and not CrossEntropyLoss)
model = nn.Sequential(nn.Linear(13, 3), nn.LogSoftmax(dim=1))
nll = nn.NLLLoss()
opt = torch.optim.LBFGS(model.parameters(), max_iter=50, line_search_fn="strong_wolfe")


def closure():
    opt.zero_grad()
    penalty = 0.01 * model[0].weight.square().sum()
    loss = nll(model(a), ya) + penalty
    loss.backward()
    return loss


for _ in range(3):
    print("objective %.6f" % opt.step(closure).item())

with torch.no_grad():
    out = model(b)
    print("sum of the probabilities:", out.exp().sum(1).min().item(), "accuracy: %.3f" % (out.argmax(1) == yb).double().mean().item())

import numpy as np
import pandas as pd
import torch
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.metrics import f1_score
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import MultiLabelBinarizer

torch.manual_seed(3)
df = pd.read_csv("tickets.csv")
tr, te = train_test_split(df, test_size=0.2, random_state=3)
tr, va = train_test_split(tr, test_size=0.2, random_state=3)

vec = CountVectorizer(binary=True, min_df=2).fit(tr.text)
mlb = MultiLabelBinarizer().fit(tr.tags.str.split("|"))


def make(d):
    x = torch.from_numpy(vec.transform(d.text).toarray().astype(np.float32))
    t = torch.from_numpy(mlb.transform(d.tags.str.split("|")).astype(np.float32))
    return x, t


(x_tr, t_tr), (x_va, t_va), (x_te, t_te) = map(make, (tr, va, te))
net = torch.nn.Sequential(
    torch.nn.Linear(x_tr.shape[1], 32), torch.nn.ReLU(), torch.nn.Linear(32, t_tr.shape[1])
)
neg, pos = (1 - t_tr).sum(0), t_tr.sum(0)
loss_fn = torch.nn.BCEWithLogitsLoss(pos_weight=neg / pos)
opt = torch.optim.AdamW(net.parameters(), lr=5e-3)

best, state = float("inf"), None
for ep in range(30):
    net.train()
    for b in torch.randperm(len(x_tr)).split(32):
        opt.zero_grad()
        loss_fn(net(x_tr[b]), t_tr[b]).backward()
        opt.step()
    net.eval()
    with torch.no_grad():
        v = loss_fn(net(x_va), t_va).item()
    if v < best:
        best, state = v, {k: w.clone() for k, w in net.state_dict().items()}

net.load_state_dict(state)
net.eval()
with torch.no_grad():
    prob = torch.sigmoid(net(x_te))  # independent labels: a sigmoid each
pred = (prob > 0.5).int().numpy()
print("validation loss", round(best, 4))
print("test micro F1", round(f1_score(t_te.numpy(), pred, average="micro"), 3))
for name, f in zip(mlb.classes_, f1_score(t_te.numpy(), pred, average=None)):
    print(f"  {name}: {f:.3f}")

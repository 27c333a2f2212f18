# çok etiketli sınıflandırma: her örnek 5 etiketten birkaçını taşıyabilir
import torch
import torch.nn as nn
from sklearn.datasets import make_multilabel_classification
from sklearn.metrics import f1_score, hamming_loss
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler

X, Y = make_multilabel_classification(n_samples=1500, n_features=30, n_classes=5, n_labels=2, random_state=4)
X_train, X_test, Y_train, Y_test = train_test_split(X, Y, test_size=0.25, random_state=4)
sc = StandardScaler()
X_train = torch.tensor(sc.fit_transform(X_train), dtype=torch.float32)
X_test = torch.tensor(sc.transform(X_test), dtype=torch.float32)
Y_train = torch.tensor(Y_train, dtype=torch.float32)

torch.manual_seed(4)
net = nn.Sequential(nn.Linear(30, 48), nn.ReLU(), nn.Linear(48, 5))
opt = torch.optim.Adam(net.parameters(), lr=3e-3)
loss_fn = nn.BCEWithLogitsLoss()

for epoch in range(20):
    net.train()
    tot = 0.0
    for idx in torch.randperm(len(X_train)).split(64):
        opt.zero_grad()
        loss = loss_fn(net(X_train[idx]), Y_train[idx])
        loss.backward()
        opt.step()
        tot += loss.item() * len(idx)
print("last epoch loss", round(tot / len(X_train), 4))

net.eval()
with torch.no_grad():
    pred = (torch.sigmoid(net(X_test)) > 0.5).int().numpy()
print("micro F1", round(f1_score(Y_test, pred, average="micro"), 3))
print("macro F1", round(f1_score(Y_test, pred, average="macro"), 3))
print("Hamming ", round(hamming_loss(Y_test, pred), 3))

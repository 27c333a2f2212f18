import torch
from torch import nn
from sklearn.datasets import make_moons
from sklearn.model_selection import train_test_split

RANDOM_SEED = 42
X, y = make_moons(n_samples=1000, noise=0.15, random_state=RANDOM_SEED)
X = torch.from_numpy(X).type(torch.float)
y = torch.from_numpy(y).type(torch.float)
X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.2, random_state=RANDOM_SEED)

torch.manual_seed(RANDOM_SEED)
model = nn.Sequential(
    nn.Linear(2, 16), nn.Tanh(),
    nn.Linear(16, 16), nn.Tanh(),
    nn.Linear(16, 1),
)
loss_fn = nn.BCEWithLogitsLoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.5)


def accuracy_fn(y_true, y_pred):
    return torch.eq(y_true, y_pred).float().mean().item() * 100


for epoch in range(501):
    model.train()
    logits = model(X_train).squeeze(1)
    loss = loss_fn(logits, y_train)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()

    if epoch % 100 == 0:
        model.eval()
        with torch.inference_mode():
            test_logits = model(X_test).squeeze(1)
            test_loss = loss_fn(test_logits, y_test)
            test_pred = torch.round(torch.sigmoid(test_logits))
        print(f"Epoch {epoch} | loss {loss:.4f} | test loss {test_loss:.4f} | test acc {accuracy_fn(y_test, test_pred):.1f}%")

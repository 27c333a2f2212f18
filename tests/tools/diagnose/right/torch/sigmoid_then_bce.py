# A beginner's style: the sigmoid is inside the model and BCELoss outside.
import torch
from sklearn.datasets import load_breast_cancer
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import MinMaxScaler

torch.manual_seed(0)
data = load_breast_cancer()
x_train, x_test, y_train, y_test = train_test_split(data.data, data.target, test_size=0.2, random_state=0)
scaler = MinMaxScaler()
x_train = scaler.fit_transform(x_train)
x_test = scaler.transform(x_test)

x_train = torch.FloatTensor(x_train)
x_test = torch.FloatTensor(x_test)
y_train = torch.FloatTensor(y_train).reshape(-1, 1)
y_test = torch.FloatTensor(y_test).reshape(-1, 1)


class LogReg(torch.nn.Module):
    def __init__(self, n_features):
        super(LogReg, self).__init__()
        self.linear = torch.nn.Linear(n_features, 1)

    def forward(self, x):
        return torch.sigmoid(self.linear(x))


model = LogReg(x_train.shape[1])
criterion = torch.nn.BCELoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.5, momentum=0.9)

for epoch in range(1, 301):
    y_hat = model(x_train)
    loss = criterion(y_hat, y_train)
    loss.backward()
    optimizer.step()
    optimizer.zero_grad()
    if epoch % 100 == 0:
        print(f"epoch {epoch} loss {loss.item():.4f}")

with torch.no_grad():
    y_pred = model(x_test).round()
    acc = y_pred.eq(y_test).sum() / float(y_test.shape[0])
    print(f"accuracy {acc.item():.4f}")

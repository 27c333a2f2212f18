# -*- coding: utf-8 -*-
import numpy as np
import torch
import torch.nn as nn
import torch.optim as optim
from torch.autograd import Variable
from sklearn import datasets

np.random.seed(7)
torch.manual_seed(7)

iris = datasets.load_iris()
order = np.random.permutation(len(iris.target))
x = iris.data[order].astype(np.float32)
y = iris.target[order].astype(np.int64)
n_train = 110
mean, std = x[:n_train].mean(axis=0), x[:n_train].std(axis=0)
x = (x - mean) / std
x_train, y_train = x[:n_train], y[:n_train]
x_test, y_test = x[n_train:], y[n_train:]


class MLP(nn.Module):
    def __init__(self, n_in, n_hidden, n_out):
        super(MLP, self).__init__()
        self.fc1 = nn.Linear(n_in, n_hidden)
        self.fc2 = nn.Linear(n_hidden, n_out)
        self.log_softmax = nn.LogSoftmax(dim=1)

    def forward(self, x):
        h = torch.tanh(self.fc1(x))
        return self.log_softmax(self.fc2(h))


net = MLP(4, 10, 3)
criterion = nn.NLLLoss()
optimizer = optim.SGD(net.parameters(), lr=0.1, momentum=0.9)
batch_size = 22

for epoch in range(40):
    net.train()
    perm = np.random.permutation(n_train)
    running_loss = 0.0
    for i in range(0, n_train, batch_size):
        sel = perm[i:i + batch_size]
        inputs = Variable(torch.from_numpy(x_train[sel]))
        targets = Variable(torch.from_numpy(y_train[sel]))
        optimizer.zero_grad()
        outputs = net(inputs)
        loss = criterion(outputs, targets)
        loss.backward()
        optimizer.step()
        running_loss += loss.data.item() * len(sel)
    if (epoch + 1) % 10 == 0:
        print('[%d] loss: %.4f' % (epoch + 1, running_loss / n_train))

net.eval()
outputs = net(Variable(torch.from_numpy(x_test)))
_, predicted = torch.max(outputs.data, 1)
correct = (predicted == torch.from_numpy(y_test)).sum().item()
print('Accuracy on %d test flowers: %.1f %%' % (len(y_test), 100.0 * correct / len(y_test)))

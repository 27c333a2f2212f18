import torch
import torch.nn as nn
import torch.optim as optim

torch.manual_seed(0)
inputs = torch.randn(640, 1, 8, 8)
labels = (inputs.mean(dim=(1, 2, 3)) > 0).long()

net = nn.Sequential(nn.Conv2d(1, 4, 3), nn.ReLU(), nn.Flatten(), nn.Linear(4 * 6 * 6, 2))
criterion = nn.CrossEntropyLoss()
optimizer = optim.SGD(net.parameters(), lr=0.05, momentum=0.9)

for epoch in range(3):
    running_loss = 0.0
    for i in range(0, len(inputs), 32):
        optimizer.zero_grad()
        outputs = net(inputs[i : i + 32])
        loss = criterion(outputs, labels[i : i + 32])
        loss.backward()
        optimizer.step()
        running_loss += loss
    print(f"[{epoch + 1}] loss: {running_loss / 20:.3f}")
print("Finished Training")

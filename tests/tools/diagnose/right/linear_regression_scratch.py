# linear regression "from scratch" with autograd, as in the second lecture
import torch

torch.manual_seed(1)
true_w, true_b = torch.tensor([2.0, -3.4]), 4.2
X = torch.randn(1000, 2)
y = X @ true_w + true_b + 0.01 * torch.randn(1000)

w = torch.zeros(2, requires_grad=True)
b = torch.zeros(1, requires_grad=True)
lr, batch_size = 0.05, 20

for epoch in range(5):
    order = torch.randperm(len(X))
    for start in range(0, len(X), batch_size):
        j = order[start:start + batch_size]
        y_hat = X[j] @ w + b
        loss = ((y_hat - y[j]) ** 2 / 2).mean()
        loss.backward()
        with torch.no_grad():
            w -= lr * w.grad
            b -= lr * b.grad
            w.grad.zero_()
            b.grad.zero_()
    with torch.no_grad():
        print(f"epoch {epoch + 1}, loss {((X @ w + b - y) ** 2 / 2).mean().item():.6f}")

print("error of w:", (true_w - w.detach()).tolist(), " error of b:", (true_b - b.detach()).item())

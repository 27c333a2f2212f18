"""The network gives scores; predict_proba applies the softmax, training does not."""
# needs: torch
import torch
from torch import nn


class Classifier(nn.Module):
    def __init__(self, inputs, classes):
        super().__init__()
        self.net = nn.Sequential(nn.Linear(inputs, 24), nn.GELU(), nn.Linear(24, classes))

    def forward(self, x):
        return self.net(x)

    @torch.inference_mode()
    def predict_proba(self, x):
        self.eval()
        return torch.softmax(self(x), dim=-1)


torch.manual_seed(2)
x = torch.randn(500, 6)
y = x[:, :4].argmax(dim=1)
model = Classifier(6, 4)
optimizer = torch.optim.AdamW(model.parameters(), lr=0.01, weight_decay=1e-3)
model.train()
for _ in range(120):
    optimizer.zero_grad(set_to_none=True)
    nn.functional.cross_entropy(model(x[:400]), y[:400], label_smoothing=0.05).backward()
    optimizer.step()
p = model.predict_proba(x[400:])
print("accuracy", (p.argmax(1) == y[400:]).float().mean().item(), "sure:", p.max(1).values.mean().item())

"""Two heads on the patient visits: regression of blood pressure and classification of complications.

First-visit pressures are known to be inflated, so they carry no regression label; those visits still contribute to the
classification loss, and the regression loss is averaged over the labelled visits only. Patients do not cross the split.
"""
import pandas as pd
import torch
import torch.nn.functional as F
from sklearn.metrics import r2_score, roc_auc_score
from sklearn.model_selection import GroupShuffleSplit
from torch import nn

torch.manual_seed(4)

visits = pd.read_csv("patients.csv")
train_idx, test_idx = next(GroupShuffleSplit(1, test_size=0.3, random_state=4).split(visits, groups=visits["patient_id"]))
inputs = visits[["age", "bmi"]].assign(male=(visits["sex"] == "M").astype(float))
centre, spread = inputs.iloc[train_idx].mean(), inputs.iloc[train_idx].std()
x = torch.tensor(((inputs - centre) / spread).to_numpy(), dtype=torch.float32)

pressure = visits["sbp"].where(visits["visit"] > 1)
p_mean, p_std = pressure.iloc[train_idx].mean(), pressure.iloc[train_idx].std()
y_reg = torch.tensor(((pressure - p_mean) / p_std).to_numpy(), dtype=torch.float32)      # NaN where unlabelled
y_cls = torch.tensor(visits["complication"].to_numpy(), dtype=torch.float32)


class TwoHeads(nn.Module):
    def __init__(self):
        super().__init__()
        self.shared = nn.Sequential(nn.Linear(3, 24), nn.Tanh(), nn.Linear(24, 24), nn.Tanh())
        self.reg = nn.Linear(24, 1)
        self.cls = nn.Linear(24, 1)

    def forward(self, x):
        h = self.shared(x)
        return self.reg(h).squeeze(-1), self.cls(h).squeeze(-1)


def joint_loss(pred_reg, logit, t_reg, t_cls, weight=0.5):
    known = ~torch.isnan(t_reg)
    cls = F.binary_cross_entropy_with_logits(logit, t_cls)
    reg = F.smooth_l1_loss(pred_reg[known], t_reg[known]) if known.any() else pred_reg.sum() * 0.0
    return cls + weight * reg


model = TwoHeads()
opt = torch.optim.Adam(model.parameters(), lr=3e-3, weight_decay=1e-4)
tr = torch.as_tensor(train_idx)
for epoch in range(25):
    for batch in tr[torch.randperm(len(tr))].split(64):
        opt.zero_grad()
        joint_loss(*model(x[batch]), y_reg[batch], y_cls[batch]).backward()
        opt.step()

te = torch.as_tensor(test_idx)
with torch.no_grad():
    reg, logit = model(x[te])
known = ~torch.isnan(y_reg[te])
print(f"complication AUC {roc_auc_score(y_cls[te].numpy(), logit.numpy()):.3f}")
print(f"pressure R2 {r2_score(y_reg[te][known].numpy(), reg[known].numpy()):.3f} on {int(known.sum())} labelled visits")

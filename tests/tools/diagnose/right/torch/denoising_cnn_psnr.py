import numpy as np
import torch
from torch import nn
from torch.utils.data import DataLoader, Dataset

torch.manual_seed(0)
SIGMA = 0.1


class PatchDataset(Dataset):
    """Random patches of one half of the picture; new noise at every access when training."""

    def __init__(self, picture, n, size, seed, fixed_noise):
        rng = np.random.RandomState(seed)
        h, w = picture.shape
        self.patches = []
        for _ in range(n):
            r, c = rng.randint(0, h - size + 1), rng.randint(0, w - size + 1)
            self.patches.append(picture[r:r + size, c:c + size].clone())
        self.noise = None
        if fixed_noise:
            g = torch.Generator().manual_seed(seed)
            self.noise = torch.randn(n, size, size, generator=g) * SIGMA

    def __len__(self):
        return len(self.patches)

    def __getitem__(self, i):
        clean = self.patches[i]
        noise = self.noise[i] if self.noise is not None else SIGMA * torch.randn_like(clean)
        return (clean + noise).unsqueeze(0), clean.unsqueeze(0)


class DnCNN(nn.Module):
    def __init__(self, depth=4, width=16):
        super().__init__()
        layers = [nn.Conv2d(1, width, 3, padding=1), nn.ReLU(inplace=True)]
        for _ in range(depth - 2):
            layers += [nn.Conv2d(width, width, 3, padding=1, bias=False), nn.BatchNorm2d(width), nn.ReLU(inplace=True)]
        layers.append(nn.Conv2d(width, 1, 3, padding=1))
        self.body = nn.Sequential(*layers)

    def forward(self, x):
        return x - self.body(x)


def psnr(a, b):
    mse = (a.clamp(0, 1) - b).pow(2).mean(dim=(1, 2, 3))
    return -10 * torch.log10(mse)


@torch.no_grad()
def evaluate(model, loader):
    model.eval()
    noisy_psnr, out_psnr = [], []
    for noisy, clean in loader:
        noisy_psnr.append(psnr(noisy, clean))
        out_psnr.append(psnr(model(noisy), clean))
    return torch.cat(noisy_psnr).mean().item(), torch.cat(out_psnr).mean().item()



def draw_scene(h, w, seed):
    """Shaded background with overlapping rectangles and discs, values in [0, 1]."""
    rng = np.random.RandomState(seed)
    yy, xx = np.mgrid[0:h, 0:w]
    img = 0.4 + 0.2 * np.sin(xx / 40.0) * np.cos(yy / 55.0)
    for _ in range(150):
        cy, cx, value = rng.randint(h), rng.randint(w), rng.uniform(0.05, 0.95)
        if rng.rand() < 0.5:
            inside = (np.abs(yy - cy) < rng.randint(4, 25)) & (np.abs(xx - cx) < rng.randint(4, 25))
        else:
            inside = (yy - cy) ** 2 + (xx - cx) ** 2 < rng.randint(4, 20) ** 2
        img[inside] = value
    return torch.from_numpy(img.astype(np.float32))


gray = draw_scene(200, 320, seed=3)
half = gray.shape[1] // 2
train_loader = DataLoader(PatchDataset(gray[:, :half], 256, 24, 0, False), batch_size=16, shuffle=True)
test_loader = DataLoader(PatchDataset(gray[:, half:], 64, 24, 1, True), batch_size=32)

model = DnCNN()
optimizer = torch.optim.Adam(model.parameters(), lr=2e-3)
scheduler = torch.optim.lr_scheduler.MultiStepLR(optimizer, milestones=[4], gamma=0.2)
for epoch in range(6):
    model.train()
    for noisy, clean in train_loader:
        optimizer.zero_grad()
        loss = nn.functional.mse_loss(model(noisy), clean)
        loss.backward()
        optimizer.step()
    scheduler.step()
    before, after = evaluate(model, test_loader)
    print(f"epoch {epoch}: noisy {before:.2f} dB -> denoised {after:.2f} dB")

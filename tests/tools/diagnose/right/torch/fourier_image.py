import torch
import torch.nn as nn

torch.manual_seed(0)


class FourierRegressor(nn.Module):
    """ParameterList and a non-trainable buffer of random frequencies."""

    def __init__(self, n_freq=64, n_scales=3):
        super().__init__()
        self.register_buffer("freq", torch.stack([torch.randn(2, n_freq) * s for s in (1.0, 3.0, 8.0)[:n_scales]]))
        self.mix = nn.ParameterList([nn.Parameter(torch.zeros(2 * n_freq)) for _ in range(n_scales)])
        self.bias = nn.Parameter(torch.zeros(1))

    def forward(self, xy):
        out = self.bias
        for f, w in zip(self.freq, self.mix):
            ang = xy @ f
            out = out + torch.cat([ang.sin(), ang.cos()], dim=-1) @ w
        return out


side = 24
g = torch.linspace(-1, 1, side)
grid = torch.stack(torch.meshgrid(g, g, indexing="ij"), -1).view(-1, 2)
image = ((grid[:, 0] * 4).sin() * (grid[:, 1] * 6).cos() + (grid.norm(dim=1) < 0.5).float()) / 2
known = torch.rand(len(grid)) < 0.7

net = FourierRegressor()
opt = torch.optim.Adam(net.parameters(), lr=5e-3)
for step in range(300):
    fit = (net(grid[known]) - image[known]).square().mean()
    penalty = sum(w.abs().mean() for w in net.mix)
    loss = fit + 1e-3 * penalty
    opt.zero_grad()
    loss.backward()
    opt.step()
    if step % 100 == 99:
        with torch.no_grad():
            mse = (net(grid[~known]) - image[~known]).square().mean()
        print(f"{step + 1}: known {fit.item():.5f}, hidden pixels PSNR {-10 * mse.log10().item():.1f} dB")

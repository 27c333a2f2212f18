"""Mehrschritt-Vorhersage der Temperatur mit einem Encoder-Decoder-LSTM."""
import argparse

import numpy as np
import torch
from torch import nn
from torch.utils.data import DataLoader, Dataset


def erzeuge_wetter(stunden, zufall):
    t = np.arange(stunden)
    wolken = np.clip(np.convolve(zufall.normal(size=stunden), np.ones(12) / 6, mode="same"), -1, 1)
    temperatur = 12 + 6 * np.sin(2 * np.pi * (t - 8) / 24) * (1 - 0.3 * wolken) - 2 * wolken + 0.4 * zufall.normal(size=stunden)
    return np.stack([temperatur, wolken, np.sin(2 * np.pi * t / 24), np.cos(2 * np.pi * t / 24)], axis=1).astype(np.float32)


class Fenster(Dataset):
    def __init__(self, werte, rueckblick, horizont):
        self.werte, self.r, self.h = torch.from_numpy(werte), rueckblick, horizont

    def __len__(self):
        return len(self.werte) - self.r - self.h + 1

    def __getitem__(self, i):
        mitte = i + self.r
        return self.werte[i:mitte], self.werte[mitte:mitte + self.h, 2:], self.werte[mitte:mitte + self.h, 0]


class EncoderDecoder(nn.Module):
    def __init__(self, merkmale=4, kalender=2, groesse=32):
        super().__init__()
        self.encoder = nn.LSTM(merkmale, groesse, batch_first=True)
        self.decoder = nn.LSTM(kalender, groesse, batch_first=True)
        self.ausgabe = nn.Linear(groesse, 1)

    def forward(self, vergangenheit, zukunft_kalender):
        _, zustand = self.encoder(vergangenheit)
        h, _ = self.decoder(zukunft_kalender, zustand)
        return self.ausgabe(h).squeeze(-1)


@torch.no_grad()
def bewerte(modell, lader, streuung):
    modell.eval()
    fehler, anzahl = 0.0, 0
    for v, k, ziel in lader:
        fehler += (modell(v, k) - ziel).abs().sum().item() * streuung
        anzahl += ziel.numel()
    return fehler / anzahl


def haupt():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--epochen", type=int, default=4)
    parser.add_argument("--rueckblick", type=int, default=36)
    parser.add_argument("--horizont", type=int, default=12)
    args = parser.parse_args()
    torch.manual_seed(0)
    roh = erzeuge_wetter(1600, np.random.default_rng(0))
    a, b = 1100, 1350
    mittel, streuung = roh[:a].mean(0), roh[:a].std(0)
    norm = (roh - mittel) / streuung
    # die Kontextfenster duerfen in den vorigen Abschnitt reichen, die Ziele nicht
    teile = norm[:a], norm[a - args.rueckblick:b], norm[b - args.rueckblick:]
    train, valid, test = (Fenster(x, args.rueckblick, args.horizont) for x in teile)
    lader = DataLoader(train, batch_size=64, shuffle=True)
    modell = EncoderDecoder()
    optimierer = torch.optim.Adam(modell.parameters(), lr=5e-3)
    bestes, zustand = float("inf"), None
    for epoche in range(args.epochen):
        modell.train()
        for v, k, ziel in lader:
            optimierer.zero_grad()
            verlust = nn.functional.l1_loss(modell(v, k), ziel)
            verlust.backward()
            optimierer.step()
        mae = bewerte(modell, DataLoader(valid, batch_size=256), streuung[0])
        print(f"Epoche {epoche}: MAE Validierung {mae:.3f} Grad")
        if mae < bestes:
            bestes, zustand = mae, {n: p.clone() for n, p in modell.state_dict().items()}
    modell.load_state_dict(zustand)
    print(f"MAE Test {bewerte(modell, DataLoader(test, batch_size=256), streuung[0]):.3f} Grad")


if __name__ == "__main__":
    haupt()

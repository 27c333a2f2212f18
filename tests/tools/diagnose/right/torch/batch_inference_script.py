"""Score a CSV with a stored model. Writes a demo model and a demo CSV first when they are missing."""
import argparse
import csv
import json
import sys
from pathlib import Path

import torch
from sklearn.datasets import load_wine
from torch import nn


class WineNet(nn.Module):
    def __init__(self, n_features, n_classes, hidden=24):
        super().__init__()
        self.register_buffer("mu", torch.zeros(n_features))
        self.register_buffer("sigma", torch.ones(n_features))
        self.body = nn.Sequential(nn.Linear(n_features, hidden), nn.ReLU(), nn.Dropout(0.2), nn.Linear(hidden, n_classes))

    def set_statistics(self, x):
        self.mu.copy_(x.mean(0))
        self.sigma.copy_(x.std(0))

    def forward(self, x):
        return self.body((x - self.mu) / self.sigma)


def create_demo(artifact: Path, table: Path):
    bunch = load_wine()
    x, y = torch.tensor(bunch.data, dtype=torch.float32), torch.tensor(bunch.target)
    g = torch.Generator().manual_seed(0)
    perm = torch.randperm(len(x), generator=g)
    tr, te = perm[:130], perm[130:]
    torch.manual_seed(0)
    model = WineNet(x.shape[1], 3)
    model.set_statistics(x[tr])
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
    model.train()
    for _ in range(60):
        optimizer.zero_grad()
        nn.functional.cross_entropy(model(x[tr]), y[tr]).backward()
        optimizer.step()
    artifact.mkdir(parents=True, exist_ok=True)
    torch.save(model.state_dict(), artifact / "weights.pt")
    (artifact / "meta.json").write_text(json.dumps({"features": list(bunch.feature_names), "classes": [str(c) for c in bunch.target_names]}))
    with table.open("w", newline="") as fh:
        w = csv.writer(fh)
        w.writerow(["id", *bunch.feature_names, "truth"])
        for i in te.tolist():
            w.writerow([i, *bunch.data[i], bunch.target_names[y[i]]])


def load_model(artifact: Path):
    meta = json.loads((artifact / "meta.json").read_text())
    model = WineNet(len(meta["features"]), len(meta["classes"]))
    model.load_state_dict(torch.load(artifact / "weights.pt", map_location="cpu", weights_only=True))
    return model.eval(), meta


def chunks(reader, size):
    chunk = []
    for row in reader:
        chunk.append(row)
        if len(chunk) == size:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


@torch.inference_mode()
def score(model, meta, source: Path, sink: Path, batch_size: int):
    agree = total = 0
    with source.open(newline="") as fin, sink.open("w", newline="") as fout:
        writer = csv.writer(fout)
        writer.writerow(["id", "prediction", "confidence"])
        for rows in chunks(csv.DictReader(fin), batch_size):
            x = torch.tensor([[float(r[f]) for f in meta["features"]] for r in rows])
            conf, idx = model(x).softmax(-1).max(-1)
            for r, c, k in zip(rows, conf.tolist(), idx.tolist()):
                writer.writerow([r["id"], meta["classes"][k], f"{c:.4f}"])
                agree += r.get("truth") == meta["classes"][k]
                total += 1
    return agree, total


def main(argv=None):
    ap = argparse.ArgumentParser(description=__doc__)
    ap.add_argument("--artifact", type=Path, default=Path("wine_artifact"))
    ap.add_argument("--input", type=Path, default=Path("wine_new.csv"))
    ap.add_argument("--output", type=Path, default=Path("scores.csv"))
    ap.add_argument("--batch-size", type=int, default=16)
    args = ap.parse_args(argv)
    if not args.artifact.exists() or not args.input.exists():
        create_demo(args.artifact, args.input)
    model, meta = load_model(args.artifact)
    agree, total = score(model, meta, args.input, args.output, args.batch_size)
    print(f"{total} rows scored, {agree} agree with the truth column")
    return 0


if __name__ == "__main__":
    sys.exit(main())

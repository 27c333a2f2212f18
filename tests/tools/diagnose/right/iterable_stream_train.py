"""Training on a stream (IterableDataset over CSV rows), single pass, progressive validation."""
import csv
import itertools
import logging

import torch
from torch import nn
from torch.utils.data import DataLoader, IterableDataset, get_worker_info

logging.basicConfig(level=logging.INFO, format="%(message)s")
GRADES = {g: i for i, g in enumerate("ABCDE")}


class LoanStream(IterableDataset):
    """Rows in file order (the file is sorted by the issue date). Workers share the rows without overlap."""

    def __init__(self, path):
        self.path = path

    def __iter__(self):
        info = get_worker_info()
        start, step = (0, 1) if info is None else (info.id, info.num_workers)
        with open(self.path, newline="") as f:
            for row in itertools.islice(csv.DictReader(f), start, None, step):
                amount, income = float(row["amount"]), float(row["annual_income"])
                x = torch.zeros(8)
                x[0], x[1] = amount / 10_000, income / 50_000
                x[2] = amount / income
                x[3 + GRADES[row["grade"]]] = 1.0
                yield x, torch.tensor(float(row["defaulted"]))


def main():
    torch.manual_seed(0)
    model = nn.Linear(8, 1)
    nn.init.zeros_(model.weight)
    nn.init.zeros_(model.bias)
    opt = torch.optim.Adam(model.parameters(), lr=0.05)
    criterion = nn.BCEWithLogitsLoss(reduction="sum")
    seen, loss_sum, base_sum, positives = 0, 0.0, 0.0, 1.0
    for xb, yb in DataLoader(LoanStream("loans.csv"), batch_size=20):
        # 1. score the batch before learning from it
        model.eval()
        with torch.no_grad():
            loss_sum += criterion(model(xb).squeeze(1), yb).item()
            prior = torch.full_like(yb, positives / (seen + 2.0))
            base_sum += nn.functional.binary_cross_entropy(prior, yb, reduction="sum").item()
        # 2. learn
        model.train()
        opt.zero_grad()
        (criterion(model(xb).squeeze(1), yb) / len(yb)).backward()
        opt.step()
        seen += len(yb)
        positives += yb.sum().item()
        if seen % 500 == 0:
            logging.info("%5d rows: progressive log-loss %.4f (running rate %.4f)", seen, loss_sum / seen, base_sum / seen)


if __name__ == "__main__":
    main()

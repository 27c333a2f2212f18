"""Scoring in chunks, with the version and the schema of the model checked first."""
import json
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path

import joblib
import numpy as np
import pandas as pd
import sklearn
from sklearn.ensemble import HistGradientBoostingRegressor


@dataclass
class ModelCard:
    features: list
    target: str
    sklearn_version: str
    train_rows: int


def train(df: pd.DataFrame, folder: Path) -> None:
    feats = ["area_m2", "rooms", "year_built", "condition"]
    model = HistGradientBoostingRegressor(max_iter=60, loss="absolute_error", random_state=0).fit(df[feats], df["price"])
    joblib.dump(model, folder / "model.joblib")
    card = ModelCard(feats, "price", sklearn.__version__, len(df))
    (folder / "card.json").write_text(json.dumps(asdict(card)))


class Scorer:
    def __init__(self, folder: Path):
        self.card = ModelCard(**json.loads((folder / "card.json").read_text()))
        if self.card.sklearn_version != sklearn.__version__:
            raise RuntimeError(f"model was trained with scikit-learn {self.card.sklearn_version}")
        self.model = joblib.load(folder / "model.joblib")

    def score_file(self, source: Path, dest: Path, chunksize: int = 150) -> int:
        n = 0
        for k, chunk in enumerate(pd.read_csv(source, chunksize=chunksize)):
            absent = [c for c in self.card.features if c not in chunk]
            if absent:
                raise KeyError(absent)
            out = pd.DataFrame({"id": chunk["id"], "estimate": self.model.predict(chunk[self.card.features]).round(-2)})
            out.to_csv(dest, mode="w" if k == 0 else "a", header=k == 0, index=False)
            n += len(out)
        return n


def main():
    houses = pd.read_csv("houses.csv").sample(frac=1, random_state=4)
    old, new = houses.iloc[:1000], houses.iloc[1000:]
    with tempfile.TemporaryDirectory() as d:
        d = Path(d)
        train(old, d)
        new.drop(columns="price").to_csv(d / "in.csv", index=False)
        n = Scorer(d).score_file(d / "in.csv", d / "out.csv")
        scored = pd.read_csv(d / "out.csv").merge(new[["id", "price"]], on="id", validate="one_to_one")
    assert n == len(new) == len(scored)
    rel = (scored["estimate"] / scored["price"] - 1).abs()
    print(f"{n} rows, median relative error {np.median(rel):.1%}")


if __name__ == "__main__":
    main()

"""Walk-forward backtest of store sales. At each origin only the past is visible."""
from dataclasses import dataclass

import pandas as pd
from sklearn.linear_model import Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

HORIZON = 7
LAGS = (7, 14, 21, 28)


@dataclass(frozen=True)
class Fold:
    origin: pd.Timestamp      # last known day
    end: pd.Timestamp         # last day to predict


def make_folds(days: pd.DatetimeIndex, n: int) -> list[Fold]:
    last = days.max()
    ends = [last - pd.Timedelta(days=HORIZON * k) for k in reversed(range(n))]
    return [Fold(e - pd.Timedelta(days=HORIZON), e) for e in ends]


def design(df: pd.DataFrame) -> pd.DataFrame:
    out = df[["date", "store", "sales", "promo"]].copy()      # promotions are planned ahead, hence known
    g = df.groupby("store")["sales"]
    for k in LAGS:                                            # all the lags are >= HORIZON
        out[f"lag{k}"] = g.shift(k)
    out["level"] = g.transform(lambda s: s.shift(HORIZON).rolling(28).mean())
    for d in range(6):
        out[f"dow{d}"] = (out["date"].dt.day_of_week == d).astype(int)
    return out.dropna()


def main() -> None:
    df = pd.read_csv("store_sales.csv", parse_dates=["date"]).sort_values(["store", "date"])
    table = design(df)
    cols = [c for c in table if c not in ("date", "store", "sales")]
    errors = []
    for fold in make_folds(pd.DatetimeIndex(df["date"]), 10):
        past = table[table["date"] <= fold.origin]
        future = table[(table["date"] > fold.origin) & (table["date"] <= fold.end)]
        model = make_pipeline(StandardScaler(), Ridge(alpha=1.0)).fit(past[cols], past["sales"])
        e = pd.DataFrame({"store": future["store"], "model": future["sales"] - model.predict(future[cols]), "naive": future["sales"] - future["lag7"]})
        errors.append(e.assign(origin=fold.origin))
    err = pd.concat(errors)
    mae = err.groupby("origin")[["model", "naive"]].agg(lambda s: s.abs().mean())
    print(mae.round(1))
    print(err.groupby("store")[["model", "naive"]].agg(lambda s: s.abs().mean()).round(1))
    print("overall MAE:", err[["model", "naive"]].abs().mean().round(2).to_dict())


if __name__ == "__main__":
    main()

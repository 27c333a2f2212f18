"""Point-in-time features: for each order only what had happened strictly before that day."""
import pandas as pd
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.metrics import roc_auc_score


class OrderHistory:
    """Cumulative per-customer statistics, closed at the end of each day."""

    def __init__(self, orders: pd.DataFrame):
        daily = (orders.groupby(["customer_id", "order_date"], as_index=False)
                 .agg(n=("order_id", "size"), amount=("amount", "sum"))
                 .sort_values("order_date"))
        g = daily.groupby("customer_id")
        daily["n_total"] = g["n"].cumsum()
        daily["amount_total"] = g["amount"].cumsum()
        daily["last_day"] = daily["order_date"]
        self.table = daily[["customer_id", "order_date", "n_total", "amount_total", "last_day"]]

    def as_of(self, keys: pd.DataFrame) -> pd.DataFrame:
        out = pd.merge_asof(keys.sort_values("order_date"), self.table, on="order_date", by="customer_id", allow_exact_matches=False)
        out["days_since_last"] = (out["order_date"] - out["last_day"]).dt.days
        out["mean_amount"] = out["amount_total"] / out["n_total"]
        return out.drop(columns="last_day")


def main() -> None:
    orders = pd.read_csv("orders.csv", parse_dates=["order_date"])
    orders["amount"] = orders["qty"] * orders["unit_price"]
    hist = OrderHistory(orders)

    # question: will the customer come back within 14 days after the day of this order?
    days = orders[["customer_id", "order_date"]].drop_duplicates().sort_values(["customer_id", "order_date"])
    nxt = days.groupby("customer_id")["order_date"].shift(-1)
    days["returns"] = ((nxt - days["order_date"]).dt.days <= 14).astype(int)
    last = orders["order_date"].max()
    days = days[days["order_date"] <= last - pd.Timedelta(days=14)]     # otherwise the answer is not known yet

    data = hist.as_of(days)
    feats = ["n_total", "amount_total", "days_since_last", "mean_amount"]
    cut = pd.Timestamp("2023-09-15")
    train = data[data["order_date"] < cut - pd.Timedelta(days=14)]      # labels of the training part end before the cut
    test = data[data["order_date"] >= cut]
    clf = HistGradientBoostingClassifier(max_iter=60, learning_rate=0.08, random_state=0).fit(train[feats], train["returns"])
    p = clf.predict_proba(test[feats])[:, 1]
    print(len(train), len(test), "AUC %.3f" % roc_auc_score(test["returns"], p))


if __name__ == "__main__":
    main()

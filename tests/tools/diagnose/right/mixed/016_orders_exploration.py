"""Look at the orders table. No model here."""
import pandas as pd

pd.set_option("display.width", 120)

orders = pd.read_csv("orders.csv", parse_dates=["order_date"])
print(orders.describe(include="all").T.iloc[:, :6])
print("missing:", orders.isna().sum().sum(), "duplicates:", orders.duplicated("order_id").sum())

monthly = (
    orders.set_index("order_date")
    .resample("MS")["amount"]
    .agg(["count", "sum", "median"])
    .round(1)
)
print(monthly)

pivot = orders.pivot_table(index="country", columns="category", values="amount", aggfunc="sum", margins=True)
print(pivot.round(0).astype(int))

returns = orders.groupby("category")["returned"].agg(rate="mean", n="size").sort_values("rate", ascending=False)
print(returns.round(3))

q1, q3 = orders["amount"].quantile([0.25, 0.75])
iqr = q3 - q1
out = orders[(orders["amount"] > q3 + 1.5 * iqr) | (orders["amount"] < q1 - 1.5 * iqr)]
print(f"{len(out)} orders outside the whiskers ({len(out) / len(orders):.1%})")
print(orders[["amount", "returned"]].corr(method="spearman").round(3))

"""Weekly sales report, one sheet per store, plain pandas."""
import pandas as pd

sales = pd.read_csv("store_sales.csv", parse_dates=["date"])
sales["weekday"] = sales["date"].dt.day_name()

weekly = (
    sales.set_index("date")
    .groupby("store")["sales"]
    .resample("W-SUN")
    .sum()
    .unstack("store")
)
# the first and the last weeks are not whole, leave them out of the growth table
weekly = weekly.iloc[1:-1]

print("Weekly totals, last 8 whole weeks")
print(weekly.tail(8).round(0).to_string())

growth = weekly.pct_change(52).dropna()
print("\nMean growth against the same week one year before")
print((growth.mean() * 100).round(1).astype(str) + " %")

order = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
table = sales.pivot_table(index="weekday", columns="store", values="sales", aggfunc="mean").reindex(order)
print("\nMean by weekday")
print(table.round(1))

lift = sales.groupby(["store", "promo"])["sales"].mean().unstack()
lift["difference"] = lift[1] - lift[0]
print("\nDays with and without promotion (no causal claim: promotions are not random)")
print(lift.round(1))

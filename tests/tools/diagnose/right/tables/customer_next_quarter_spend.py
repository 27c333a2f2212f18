"""Who will buy next quarter? Features before the cut date, target after it; the test uses a later cut."""
import pandas as pd
from sklearn.ensemble import RandomForestClassifier
from sklearn.metrics import roc_auc_score, average_precision_score

orders = pd.read_csv("data/online_retail.csv", parse_dates=["InvoiceDate"])
orders["Amount"] = orders["Quantity"] * orders["UnitPrice"]

def snapshot(cut, horizon=60):
    cut = pd.Timestamp(cut)
    past = orders[orders["InvoiceDate"] < cut]
    future = orders[(orders["InvoiceDate"] >= cut) & (orders["InvoiceDate"] < cut + pd.Timedelta(days=horizon))]
    g = past.groupby("CustomerID")
    X = pd.DataFrame({
        "recency": (cut - g["InvoiceDate"].max()).dt.days,
        "age": (cut - g["InvoiceDate"].min()).dt.days,
        "orders": g["InvoiceNo"].nunique(),
        "amount": g["Amount"].sum(),
        "mean_amount": g["Amount"].mean(),
        "orders_90d": past[past["InvoiceDate"] >= cut - pd.Timedelta(days=90)].groupby("CustomerID")["InvoiceNo"].nunique(),
    })
    X["orders_90d"] = X["orders_90d"].fillna(0)
    spent = future.groupby("CustomerID")["Quantity"].sum().reindex(X.index, fill_value=0)
    y = (spent > 20).astype(int)
    return X, y

# the outcome window of the training snapshot ends before the test snapshot begins
X_train, y_train = snapshot("2022-07-01")
X_test, y_test = snapshot("2022-10-01")
print(len(X_train), len(X_test), y_train.mean().round(3), y_test.mean().round(3))

rf = RandomForestClassifier(n_estimators=200, min_samples_leaf=8, random_state=0).fit(X_train, y_train)
p = rf.predict_proba(X_test)[:, 1]
print("AUC", round(roc_auc_score(y_test, p), 3), "AP", round(average_precision_score(y_test, p), 3))
print("by recency alone", round(roc_auc_score(y_test, -X_test["recency"]), 3))

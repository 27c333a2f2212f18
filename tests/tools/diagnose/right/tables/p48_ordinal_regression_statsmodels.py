# %%
import numpy as np
import pandas as pd
from sklearn.metrics import cohen_kappa_score, mean_absolute_error
from sklearn.model_selection import train_test_split
from sklearn.linear_model import LogisticRegression
from statsmodels.miscmodels.ordinal_model import OrderedModel

# %% ratings 0..4 from a latent satisfaction
rng = np.random.default_rng(9)
n = 1500
df = pd.DataFrame({"wait": rng.exponential(1, n), "price": rng.normal(0, 1, n), "repeat": rng.integers(0, 2, n)})
latent = -1.0 * df["wait"] - 0.5 * df["price"] + 0.8 * df["repeat"] + rng.logistic(0, 1, n)
df["stars"] = np.digitize(latent, [-2.5, -1.2, 0.0, 1.4])
df["stars"].value_counts().sort_index()

# %%
train, test = train_test_split(df, test_size=0.3, random_state=0, stratify=df["stars"])
cols = ["wait", "price", "repeat"]
om = OrderedModel(train["stars"], train[cols], distr="logit").fit(method="bfgs", disp=False)
print(om.summary().tables[1])

# %%
p_ord = np.asarray(om.predict(test[cols]))
multi = LogisticRegression(max_iter=500).fit(train[cols], train["stars"])
p_mul = multi.predict_proba(test[cols])

def rps(p, y, k=5):
    cum = np.cumsum(p, axis=1)[:, :-1]
    obs = (np.asarray(y)[:, None] <= np.arange(k - 1)).astype(float)
    return ((cum - obs) ** 2).sum(axis=1).mean() / (k - 1)

for name, p in [("ordered", p_ord), ("multinomial", p_mul)]:
    median_class = (np.cumsum(p, axis=1) >= 0.5).argmax(axis=1)
    print(f"{name:12s} RPS {rps(p, test['stars']):.4f}  MAE {mean_absolute_error(test['stars'], median_class):.3f}"
          f"  weighted kappa {cohen_kappa_score(test['stars'], median_class, weights='quadratic'):.3f}")

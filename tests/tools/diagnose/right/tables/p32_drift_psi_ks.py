import numpy as np
import pandas as pd
from scipy.stats import chi2_contingency, ks_2samp
from sklearn.ensemble import RandomForestClassifier
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import StratifiedKFold, cross_val_predict


def psi(ref, cur, bins=10):
    edges = np.unique(np.quantile(ref, np.linspace(0, 1, bins + 1)))
    edges[0], edges[-1] = -np.inf, np.inf
    r = np.histogram(ref, edges)[0] / len(ref)
    c = np.histogram(cur, edges)[0] / len(cur)
    r, c = np.clip(r, 1e-4, None), np.clip(c, 1e-4, None)
    return float(((c - r) * np.log(c / r)).sum())


def batch(n, shift, rng):
    return pd.DataFrame({
        "amount": rng.lognormal(3 + 0.25 * shift, 0.7, n),
        "age": rng.normal(41, 12, n),
        "clicks": rng.poisson(4 + shift, n),
        "channel": rng.choice(["web", "app", "shop"], n, p=[0.5 - 0.15 * shift, 0.3 + 0.15 * shift, 0.2]),
    })


rng = np.random.default_rng(77)
reference = batch(3000, 0, rng)
weeks = {f"week {w}": batch(1000, s, rng) for w, s in enumerate([0, 0, 0.5, 1.0], start=1)}

for name, cur in weeks.items():
    rows = {}
    for col in ["amount", "age", "clicks"]:
        rows[col] = {"psi": psi(reference[col], cur[col]), "p": ks_2samp(reference[col], cur[col]).pvalue}
    table = pd.DataFrame({"ref": reference["channel"].value_counts(), "cur": cur["channel"].value_counts()}).fillna(0)
    rows["channel"] = {"psi": np.nan, "p": chi2_contingency(table).pvalue}

    # adversarial check: can old and new rows be told apart?
    both = pd.get_dummies(pd.concat([reference, cur], ignore_index=True), columns=["channel"])
    origin = np.r_[np.zeros(len(reference)), np.ones(len(cur))]
    p = cross_val_predict(
        RandomForestClassifier(60, min_samples_leaf=20, random_state=0), both, origin,
        cv=StratifiedKFold(3, shuffle=True, random_state=0), method="predict_proba",
    )[:, 1]
    print(f"--- {name}: domain AUC {roc_auc_score(origin, p):.3f}")
    print(pd.DataFrame(rows).T.round(4).to_string())

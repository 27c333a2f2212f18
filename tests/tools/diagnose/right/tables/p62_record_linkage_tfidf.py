import random
import re

import numpy as np
import pandas as pd
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.neighbors import NearestNeighbors

rnd = random.Random(4)
FIRST = "Nord Alpha Blue Vega Terra Omni Hydro Lumen Astra Delta Kappa Solar".split()
SECOND = "Systems Logistics Foods Bank Pharma Energy Textiles Software Motors Media".split()
FORM = ["GmbH", "AG", "Ltd", "SA", "Inc"]


def company():
    return f"{rnd.choice(FIRST)}{rnd.choice(['', ' ', '-'])}{rnd.choice(SECOND)} {rnd.randint(1, 60)} {rnd.choice(FORM)}"


def spoil(name):
    s = list(name)
    for _ in range(rnd.randint(0, 2)):
        i = rnd.randrange(len(s) - 1)
        if rnd.random() < 0.5:
            s[i], s[i + 1] = s[i + 1], s[i]
        else:
            del s[i]
    out = "".join(s)
    return out.upper() if rnd.random() < 0.3 else out.replace("GmbH", "G.m.b.H.")


def clean(s):
    s = re.sub(r"[^a-z0-9 ]", "", s.lower().replace("-", " "))
    return re.sub(r"\b(gmbh|ag|ltd|sa|inc)\b", "", s).strip()


register = sorted({company() for _ in range(600)})
invoices = rnd.choices(range(len(register)), k=300)
written = [spoil(register[i]) for i in invoices]

vec = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 3), preprocessor=clean, min_df=1).fit(register + written)
nn = NearestNeighbors(n_neighbors=2, metric="cosine").fit(vec.transform(register))
dist, idx = nn.kneighbors(vec.transform(written))

out = pd.DataFrame({
    "written": written,
    "match": [register[i] for i in idx[:, 0]],
    "similarity": 1 - dist[:, 0],
    "margin": dist[:, 1] - dist[:, 0],
})
truth = np.array([clean(register[i]) for i in invoices])
out["correct"] = out["match"].map(clean).to_numpy() == truth
out["auto"] = (out["similarity"] > 0.8) & (out["margin"] > 0.05)
print(out.head(6).to_string())
print("correct overall:", round(out["correct"].mean(), 3))
print(out.groupby("auto")["correct"].agg(["mean", "size"]).round(3))

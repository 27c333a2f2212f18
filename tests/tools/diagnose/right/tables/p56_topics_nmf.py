# %%
import numpy as np
import pandas as pd
from sklearn.decomposition import NMF, LatentDirichletAllocation
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer

# %% a made-up archive of 300 abstracts
themes = {
    "optics": "laser photon fibre lens wavelength cavity polarisation beam detector".split(),
    "ecology": "species forest habitat river diversity predator climate soil nutrient".split(),
    "finance": "market risk price volatility portfolio bank credit bond hedge".split(),
}
common = "method result study model data analysis effect large measured new approach".split()
rng = np.random.default_rng(0)
docs, mix = [], []
for _ in range(300):
    w = rng.dirichlet([0.25] * 3)
    words = [rng.choice(themes[k]) for k in rng.choice(list(themes), 25, p=w)] + list(rng.choice(common, 12))
    docs.append(" ".join(rng.permutation(words)))
    mix.append(w)
mix = np.array(mix)

# %%
tfidf = TfidfVectorizer(max_df=0.9, min_df=3)
A = tfidf.fit_transform(docs)
nmf = NMF(3, init="nndsvda", random_state=0, max_iter=400)
W = nmf.fit_transform(A)
terms = tfidf.get_feature_names_out()
for i, row in enumerate(nmf.components_):
    print("topic", i, ":", ", ".join(terms[row.argsort()[::-1][:7]]))

# %% agreement with the mixture that made the texts
share = W / np.maximum(W.sum(axis=1, keepdims=True), 1e-12)
print(pd.DataFrame(np.corrcoef(share.T, mix.T)[:3, 3:], columns=list(themes)).round(2))

# %% how many topics? perplexity of LDA on held-out documents
cv = CountVectorizer(max_df=0.9, min_df=3)
train = cv.fit_transform(docs[:220])
held = cv.transform(docs[220:])
for k in (2, 3, 6):
    lda = LatentDirichletAllocation(k, max_iter=6, random_state=0).fit(train)
    print(k, round(lda.perplexity(held), 1))

# %% [markdown]
# Zwei Fragen, zwei Datenwege: ein Bild aller Punkte, und eine Güte mit NCA in der Pipeline.

# %%
import numpy as np
import matplotlib.pyplot as plt
from sklearn.datasets import load_iris
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.model_selection import GridSearchCV, StratifiedKFold, cross_val_score
from sklearn.neighbors import KNeighborsClassifier, NeighborhoodComponentsAnalysis
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

X, y = load_iris(return_X_y=True)

# %% Bild: überwachte Projektionen auf alle 150 Blumen
Z = StandardScaler().fit_transform(X)
views = {
    "LDA": LinearDiscriminantAnalysis(n_components=2).fit_transform(Z, y),
    "NCA": NeighborhoodComponentsAnalysis(n_components=2, max_iter=25, random_state=0).fit_transform(Z, y),
}
fig, axes = plt.subplots(1, 2, figsize=(9, 4))
for ax, (name, V) in zip(axes, views.items()):
    ax.scatter(V[:, 0], V[:, 1], c=y, s=12)
    ax.set_title(name)
fig.savefig("iris_views.png")

# %% Güte
inner = StratifiedKFold(3, shuffle=True, random_state=0)
outer = StratifiedKFold(5, shuffle=True, random_state=1)
models = {
    "kNN": make_pipeline(StandardScaler(), KNeighborsClassifier()),
    "LDA + kNN": make_pipeline(StandardScaler(), LinearDiscriminantAnalysis(n_components=2), KNeighborsClassifier()),
    "NCA + kNN": make_pipeline(StandardScaler(), NeighborhoodComponentsAnalysis(n_components=2, max_iter=25, random_state=0), KNeighborsClassifier()),
}
for name, m in models.items():
    gs = GridSearchCV(m, {"kneighborsclassifier__n_neighbors": [3, 9]}, cv=inner)
    s = cross_val_score(gs, X, y, cv=outer)
    print(f"{name:10s} {s.mean():.3f} ± {s.std(ddof=1):.3f}")

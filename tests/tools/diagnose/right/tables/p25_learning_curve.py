import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_digits
from sklearn.model_selection import LearningCurveDisplay, ShuffleSplit, ValidationCurveDisplay, learning_curve
from sklearn.naive_bayes import GaussianNB
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

X, y = load_digits(return_X_y=True)
cv = ShuffleSplit(n_splits=6, test_size=0.2, random_state=0)
sizes = np.linspace(0.1, 1.0, 5)

fig, axes = plt.subplots(1, 3, figsize=(15, 4), sharey=True)
for ax, (name, est) in zip(axes, {
    "naive Bayes": GaussianNB(var_smoothing=1e-3),
    "SVM": make_pipeline(StandardScaler(), SVC(gamma=0.01)),
}.items()):
    n, tr, te = learning_curve(est, X, y, cv=cv, train_sizes=sizes)
    LearningCurveDisplay(train_sizes=n, train_scores=tr, test_scores=te, score_name="accuracy").plot(ax=ax)
    ax.set_title(name)
    gap = tr.mean(axis=1) - te.mean(axis=1)
    print(name, "sizes", n, "test", te.mean(axis=1).round(3), "gap", gap.round(3))

ValidationCurveDisplay.from_estimator(
    make_pipeline(StandardScaler(), SVC()), X, y, param_name="svc__gamma",
    param_range=np.logspace(-4, -1, 5), cv=cv, score_name="accuracy", ax=axes[2],
)
axes[2].set_xscale("log")
fig.savefig("curves.png")

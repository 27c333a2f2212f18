import numpy as np
from sklearn.datasets import load_digits
from sklearn.decomposition import PCA
from sklearn.metrics import average_precision_score, roc_auc_score
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.svm import OneClassSVM

X, y = load_digits(return_X_y=True)
X = X / 16.0
NORMAL = [0, 1, 2, 3, 4, 5, 6, 7, 8]
normal, nines = X[np.isin(y, NORMAL)], X[y == 9]

fit_part, rest = train_test_split(normal, test_size=0.4, random_state=0)
val_part, test_part = train_test_split(rest, test_size=0.6, random_state=0)

model = make_pipeline(PCA(0.9, random_state=0), OneClassSVM(nu=0.05, gamma=1.0))
model.fit(fit_part)

alarm_level = np.quantile(-model.score_samples(val_part), 0.95)

X_eval = np.vstack([test_part, nines])
is_novel = np.r_[np.zeros(len(test_part)), np.ones(len(nines))]
s = -model.score_samples(X_eval)
print(f"components: {model[0].n_components_}")
print(f"ROC AUC {roc_auc_score(is_novel, s):.3f}   AP {average_precision_score(is_novel, s):.3f}")
print(f"false alarms {np.mean(s[is_novel == 0] > alarm_level):.3f}   detected {np.mean(s[is_novel == 1] > alarm_level):.3f}")

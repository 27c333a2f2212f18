from imblearn.combine import SMOTEENN
from imblearn.ensemble import BalancedRandomForestClassifier
from imblearn.over_sampling import SMOTE, RandomOverSampler
from imblearn.pipeline import Pipeline
from imblearn.under_sampling import RandomUnderSampler
from sklearn.datasets import make_classification
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold, cross_validate
from sklearn.preprocessing import StandardScaler

X, y = make_classification(
    n_samples=4000, n_features=12, n_informative=5, weights=[0.96], class_sep=0.8, n_clusters_per_class=2, random_state=10
)
print("positives:", y.sum(), "of", len(y))

def chain(sampler):
    steps = [("scale", StandardScaler())]
    if sampler is not None:
        steps.append(("sample", sampler))
    return Pipeline(steps + [("clf", LogisticRegression(max_iter=500))])

setups = {
    "nothing": chain(None),
    "class weights": Pipeline([("scale", StandardScaler()), ("clf", LogisticRegression(class_weight="balanced", max_iter=500))]),
    "random over": chain(RandomOverSampler(random_state=0)),
    "random under": chain(RandomUnderSampler(random_state=0)),
    "SMOTE 1:4": chain(SMOTE(sampling_strategy=0.25, random_state=0)),
    "SMOTE+ENN": chain(SMOTEENN(random_state=0)),
    "balanced forest": BalancedRandomForestClassifier(n_estimators=80, random_state=0, sampling_strategy="all", replacement=True, bootstrap=False),
}
cv = StratifiedKFold(5, shuffle=True, random_state=3)
scoring = {"ap": "average_precision", "auc": "roc_auc", "bal_acc": "balanced_accuracy", "brier": "neg_brier_score"}
print(f"{'':16s}" + "".join(f"{k:>10s}" for k in scoring))
for name, est in setups.items():
    r = cross_validate(est, X, y, cv=cv, scoring=scoring)
    print(f"{name:16s}" + "".join(f"{abs(r['test_' + k].mean()):10.3f}" for k in scoring))

import xgboost as xgb
from sklearn.datasets import load_wine
from sklearn.model_selection import train_test_split

wine = load_wine(as_frame=True).frame
wine["grower"] = wine.pop("target") + 1  # growers are numbered 1, 2 and 3

X = wine.drop(columns="grower")
y = wine["grower"]
X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=0, stratify=y)

clf = xgb.XGBClassifier(n_estimators=50, max_depth=3, n_jobs=1)
clf.fit(X_train, y_train)
print("accuracy", clf.score(X_test, y_test))

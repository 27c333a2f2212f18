from sklearn.datasets import load_wine
from sklearn.ensemble import RandomForestClassifier
from sklearn.inspection import permutation_importance
from sklearn.metrics import accuracy_score, confusion_matrix
from sklearn.model_selection import train_test_split

data = load_wine(as_frame=True)
X, y = data.data, data.target

X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.3, stratify=y, random_state=1)

rf = RandomForestClassifier(n_estimators=100, oob_score=True, random_state=1)
rf.fit(X_train, y_train)

print("OOB  :", round(rf.oob_score_, 3))
print("Test :", round(accuracy_score(y_test, rf.predict(X_test)), 3))
print(confusion_matrix(y_test, rf.predict(X_test)))

imp = permutation_importance(rf, X_test, y_test, n_repeats=5, random_state=1)
for i in imp.importances_mean.argsort()[::-1][:5]:
    print(f"{X.columns[i]:30s} {imp.importances_mean[i]:.3f} +/- {imp.importances_std[i]:.3f}")

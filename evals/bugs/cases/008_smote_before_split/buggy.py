import pandas as pd
from sklearn.ensemble import ExtraTreesClassifier
from sklearn.metrics import f1_score
from sklearn.model_selection import train_test_split
from sklearn.utils import resample

payments = pd.read_csv("fraud.csv")


honest = payments[payments.is_fraud == 0]
fraud = payments[payments.is_fraud == 1]
more_fraud = resample(fraud, replace=True, n_samples=len(honest), random_state=0)
balanced = pd.concat([honest, more_fraud])

train, test = train_test_split(balanced, test_size=0.3, random_state=0, stratify=balanced["is_fraud"])

columns = [name for name in payments.columns if name != "is_fraud"]
forest = ExtraTreesClassifier(n_estimators=60, random_state=0)
forest.fit(train[columns], train["is_fraud"])
predicted = forest.predict(test[columns])
print(f"F1 of the fraud class: {f1_score(test['is_fraud'], predicted):.3f}")

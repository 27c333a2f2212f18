import pandas as pd
from sklearn.ensemble import ExtraTreesClassifier
from sklearn.metrics import f1_score
from sklearn.model_selection import train_test_split
from sklearn.utils import resample

payments = pd.read_csv("fraud.csv")

train, test = train_test_split(payments, test_size=0.3, random_state=0, stratify=payments["is_fraud"])

honest = train[train.is_fraud == 0]
fraud = train[train.is_fraud == 1]
more_fraud = resample(fraud, replace=True, n_samples=len(honest), random_state=0)
train = pd.concat([honest, more_fraud])

columns = [name for name in payments.columns if name != "is_fraud"]
forest = ExtraTreesClassifier(n_estimators=60, random_state=0)
forest.fit(train[columns], train["is_fraud"])
predicted = forest.predict(test[columns])
print(f"F1 of the fraud class: {f1_score(test['is_fraud'], predicted):.3f}")

"""Copies of rare rows are made after the split, in the training part only."""
# data: fraud
import pandas as pd
from sklearn.ensemble import RandomForestClassifier
from sklearn.metrics import average_precision_score
from sklearn.model_selection import train_test_split
from sklearn.utils import resample

payments = pd.read_csv("fraud.csv")
train, test = train_test_split(payments, test_size=0.3, stratify=payments["is_fraud"], random_state=2)
rare = train[train["is_fraud"] == 1]
common = train[train["is_fraud"] == 0]
more = resample(rare, n_samples=len(common) // 4, replace=True, random_state=2)
balanced = pd.concat([common, more]).sample(frac=1, random_state=2)

forest = RandomForestClassifier(n_estimators=60, min_samples_leaf=3, random_state=2)
forest.fit(balanced.drop(columns="is_fraud"), balanced["is_fraud"])
chance = forest.predict_proba(test.drop(columns="is_fraud"))[:, 1]
print("average precision:", average_precision_score(test["is_fraud"], chance))

import pandas as pd
from sklearn.model_selection import cross_val_score
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import QuantileTransformer

loans = pd.read_csv("loans.csv")
table = loans[["income", "amount", "term"]].astype(float)

knn = make_pipeline(QuantileTransformer(n_quantiles=200, random_state=0), KNeighborsClassifier(n_neighbors=25))
scores = cross_val_score(knn, table, loans["default"], cv=5, scoring="roc_auc")
print("AUC", scores.mean())

import pandas as pd
from sklearn.feature_selection import SelectKBest, f_classif
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split

SEED = 7

table = pd.read_csv("genes.csv")
labels = table.pop("label")
expression = table.to_numpy()

# 1500 genes are too many for 120 patients: keep the most telling ones
selector = SelectKBest(f_classif, k=30)
train_x, test_x, train_y, test_y = train_test_split(
    expression, labels, test_size=0.4, random_state=SEED, stratify=labels
)
train_x = selector.fit_transform(train_x, train_y)
test_x = selector.transform(test_x)

clf = LogisticRegression(max_iter=2000).fit(train_x, train_y)
print("accuracy on the rows it was fitted to:", round(clf.score(train_x, train_y), 3))
print("accuracy on unseen rows:", round(clf.score(test_x, test_y), 3))

import numpy as np
import pandas as pd
from sklearn.preprocessing import LabelEncoder
from sklearn.tree import DecisionTreeClassifier

rng = np.random.default_rng(0)
SIZES = np.array(["extra", "large", "medium", "small", "tiny"])


def parcels(n, sizes):
    frame = pd.DataFrame({"size": rng.choice(sizes, n), "weight": rng.normal(4, 1, n)})
    frame["by_van"] = frame["size"].isin(["extra", "medium", "tiny"]).astype(int)
    return frame


train = parcels(500, SIZES)
test = parcels(200, SIZES[1:])  # none of the largest this week

encoder = LabelEncoder()
train["size_code"] = encoder.fit_transform(train["size"])
test["size_code"] = encoder.transform(test["size"])

tree = DecisionTreeClassifier(random_state=0)
tree.fit(train[["size_code", "weight"]], train["by_van"])
print("accuracy:", tree.score(test[["size_code", "weight"]], test["by_van"]))

import numpy as np
import pandas as pd
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LogisticRegression

reviews = pd.read_csv("reviews.csv").drop_duplicates("text")
cv = CountVectorizer(min_df=3)
counts = cv.fit_transform(reviews["text"])
clf = LogisticRegression(max_iter=500).fit(counts, reviews["positive"])

names = np.array(cv.get_feature_names_out())
order = clf.coef_[0].argsort()
print("most negative:", names[order[:5]])
print("most positive:", names[order[-5:]])

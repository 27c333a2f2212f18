import pandas as pd
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.model_selection import train_test_split
from sklearn.naive_bayes import MultinomialNB

reviews = pd.read_csv("reviews.csv")
vectorizer = TfidfVectorizer(min_df=2)
X = vectorizer.fit_transform(reviews["text"])
y = reviews["positive"]

X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.3, random_state=2)
clf = MultinomialNB().fit(X_train, y_train)
print(X_train.shape[1], "words")
print("accuracy", round(clf.score(X_test, y_test), 3))

import pandas as pd
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.svm import LinearSVC


class Sentiment:
    def __init__(self):
        self.vectorizer = TfidfVectorizer()
        self.model = LinearSVC()

    def train(self, texts, labels):
        self.model.fit(self.vectorizer.fit_transform(texts), labels)
        return self

    def predict(self, texts):
        return self.model.predict(self.vectorizer.transform(texts))


reviews = pd.read_csv("reviews.csv")
sentiment = Sentiment().train(reviews["text"][:400], reviews["positive"][:400])
print(sentiment.predict(reviews["text"][400:])[:20])

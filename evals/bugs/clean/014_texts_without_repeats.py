"""Repeated texts are dropped before the split; the vocabulary comes from training texts."""
# data: reviews
import pandas as pd
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import SGDClassifier
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline

reviews = pd.read_csv("reviews.csv").drop_duplicates(subset="text")
text_train, text_test, y_train, y_test = train_test_split(
    reviews["text"], reviews["positive"], test_size=0.3, random_state=0
)
model = make_pipeline(TfidfVectorizer(sublinear_tf=True), SGDClassifier(loss="log_loss", random_state=0))
model.fit(text_train, y_train)
print("accuracy:", model.score(text_test, y_test))

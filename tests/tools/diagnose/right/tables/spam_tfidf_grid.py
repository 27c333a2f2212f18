import pandas as pd
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.metrics import classification_report, f1_score
from sklearn.model_selection import GridSearchCV, train_test_split
from sklearn.naive_bayes import MultinomialNB
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import LabelEncoder

sms = pd.read_csv("data/sms.csv")
sms["message"] = sms["message"].str.lower().str.replace(r"\d+", " ", regex=True)
sms = sms.drop_duplicates("message")
le = LabelEncoder()
target = le.fit_transform(sms["label"])      # ham 0, spam 1

X_train, X_test, y_train, y_test = train_test_split(
    sms["message"], target, test_size=0.25, stratify=target, random_state=7)

pipe = Pipeline([("tfidf", TfidfVectorizer()), ("nb", MultinomialNB())])
grid = GridSearchCV(pipe, {
    "tfidf__ngram_range": [(1, 1), (1, 2)],
    "tfidf__min_df": [1, 3],
    "nb__alpha": [0.1, 0.5, 1.0],
}, scoring="f1", cv=5)
grid.fit(X_train, y_train)
print("best", grid.best_params_, round(grid.best_score_, 3))

pred = grid.predict(X_test)
print("test f1", round(f1_score(y_test, pred), 3))
print(classification_report(y_test, pred, target_names=le.classes_))

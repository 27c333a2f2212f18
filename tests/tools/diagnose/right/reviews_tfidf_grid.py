import pandas as pd
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import SGDClassifier
from sklearn.metrics import classification_report
from sklearn.model_selection import RandomizedSearchCV, train_test_split
from sklearn.pipeline import Pipeline
from scipy.stats import loguniform

reviews = pd.read_csv("reviews.csv")
docs_tr, docs_te, y_tr, y_te = train_test_split(
    reviews["text"], reviews["label"], test_size=0.2, stratify=reviews["label"], random_state=4
)

pipe = Pipeline([
    ("tfidf", TfidfVectorizer(sublinear_tf=True)),
    ("sgd", SGDClassifier(loss="log_loss", random_state=0)),
])
search = RandomizedSearchCV(
    pipe,
    {
        "tfidf__ngram_range": [(1, 1), (1, 2)],
        "tfidf__min_df": [1, 2, 5],
        "sgd__alpha": loguniform(1e-5, 1e-2),
    },
    n_iter=10, cv=4, scoring="f1_macro", random_state=0,
).fit(docs_tr, y_tr)

print(search.best_params_, f"cv f1 {search.best_score_:.3f}")
print(classification_report(y_te, search.predict(docs_te), digits=3))

vec, lin = search.best_estimator_["tfidf"], search.best_estimator_["sgd"]
names = vec.get_feature_names_out()
order = lin.coef_[0].argsort()
print("towards", lin.classes_[0], ":", list(names[order[:6]]))
print("towards", lin.classes_[1], ":", list(names[order[-6:]]))

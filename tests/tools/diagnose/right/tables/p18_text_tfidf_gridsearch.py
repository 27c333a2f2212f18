# -*- coding: utf-8 -*-
"""Klassifikation kurzer Support-Tickets."""
import random

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import SGDClassifier
from sklearn.metrics import classification_report
from sklearn.model_selection import GridSearchCV, train_test_split
from sklearn.pipeline import FeatureUnion, Pipeline

WORDS = {
    "billing": "invoice charge refund card payment amount double month receipt vat".split(),
    "login": "password reset account locked email code login user expired session".split(),
    "shipping": "parcel delivery late tracking address courier box lost customs package".split(),
}
FILL = "the my a please hello since yesterday today again still not help with about is was need".split()


def ticket(rnd, label):
    own = rnd.choices(WORDS[label], k=rnd.randint(2, 4))
    other = rnd.choices(WORDS[rnd.choice(list(WORDS))], k=rnd.randint(0, 2))
    words = own + other + rnd.choices(FILL, k=rnd.randint(3, 8))
    rnd.shuffle(words)
    text = " ".join(words)
    if rnd.random() < 0.3:
        i = rnd.randrange(len(text) - 1)
        text = text[:i] + text[i + 1:]
    return text


rnd = random.Random(3)
labels = rnd.choices(list(WORDS), weights=[5, 3, 2], k=900)
texts = [ticket(rnd, l) for l in labels]

tr_x, te_x, tr_y, te_y = train_test_split(texts, labels, test_size=0.25, stratify=labels, random_state=3)

pipe = Pipeline([
    ("tfidf", FeatureUnion([
        ("word", TfidfVectorizer(sublinear_tf=True)),
        ("char", TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 4))),
    ])),
    ("clf", SGDClassifier(loss="log_loss", class_weight="balanced", random_state=0)),
])
gs = GridSearchCV(
    pipe,
    {"tfidf__word__min_df": [1, 3], "tfidf__char__min_df": [2, 5], "clf__alpha": [1e-5, 1e-4, 1e-3]},
    scoring="f1_macro", cv=4,
)
gs.fit(tr_x, tr_y)
print(gs.best_params_, round(gs.best_score_, 3))
print(classification_report(te_y, gs.predict(te_x), digits=3))

feature_names = gs.best_estimator_["tfidf"].get_feature_names_out()
for cls, row in zip(gs.best_estimator_["clf"].classes_, gs.best_estimator_["clf"].coef_):
    print(f"{cls:9s}", ", ".join(feature_names[np.argsort(row)[-6:]]))

# -*- coding: utf-8 -*-
import csv
import itertools
import os
import random
import tempfile

import numpy as np
from sklearn.feature_extraction.text import HashingVectorizer
from sklearn.linear_model import SGDClassifier
from sklearn.metrics import average_precision_score, f1_score

GOOD = "great love perfect quick sturdy happy recommend excellent nice".split()
BAD = "broken refund awful slow cheap disappointed return waste never".split()
OTHER = "the it is product box arrived i for my a and this was with really very colour size".split()


def write_reviews(path, n, seed):
    r = random.Random(seed)
    with open(path, "w", newline="") as fh:
        w = csv.writer(fh)
        w.writerow(["text", "bad"])
        for _ in range(n):
            bad = int(r.random() < 0.2)
            own, opp = (BAD, GOOD) if bad else (GOOD, BAD)
            words = r.choices(OTHER, k=10) + r.choices(own, k=2) + r.choices(opp, k=r.randint(0, 2))
            r.shuffle(words)
            w.writerow([" ".join(words), bad])


def batches(path, size):
    with open(path, newline="") as fh:
        rows = csv.DictReader(fh)
        while chunk := list(itertools.islice(rows, size)):
            yield [c["text"] for c in chunk], np.array([int(c["bad"]) for c in chunk])


with tempfile.TemporaryDirectory() as tmp:
    f_train, f_test = os.path.join(tmp, "train.csv"), os.path.join(tmp, "test.csv")
    write_reviews(f_train, 3000, 1)
    write_reviews(f_test, 800, 2)

    vec = HashingVectorizer(n_features=2**16, alternate_sign=False, ngram_range=(1, 2))
    clf = SGDClassifier(loss="log_loss", alpha=1e-5, random_state=0, average=True)
    weight = {0: 0.625, 1: 2.5}  # prevalence 20 %, known from the business
    seen = 0
    for texts, y in batches(f_train, 500):
        clf.partial_fit(vec.transform(texts), y, classes=[0, 1], sample_weight=np.vectorize(weight.get)(y))
        seen += len(y)
        if seen % 1000 == 0:
            print("seen", seen)

    ys, ps = [], []
    for texts, y in batches(f_test, 500):
        ys.append(y)
        ps.append(clf.decision_function(vec.transform(texts)))
    ys, ps = np.concatenate(ys), np.concatenate(ps)
    print("AP", round(average_precision_score(ys, ps), 3), "F1", round(f1_score(ys, ps > 0), 3))

"""Étiquetage multiple de tickets de support."""
import pandas as pd
from sklearn.feature_extraction.text import CountVectorizer, TfidfTransformer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score, hamming_loss, label_ranking_average_precision_score
from sklearn.model_selection import train_test_split
from sklearn.multiclass import OneVsRestClassifier
from sklearn.multioutput import ClassifierChain
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MultiLabelBinarizer

tickets = pd.read_csv("tickets.csv")
etiquettes = tickets["tags"].str.split("|")
tr, te = train_test_split(tickets.index, test_size=0.3, random_state=14)

mlb = MultiLabelBinarizer(classes=["billing", "bug", "login", "shipping"])   # liste fixée par le métier
Y_tr = mlb.fit_transform(etiquettes.loc[tr])
Y_te = mlb.transform(etiquettes.loc[te])

for nom, tete in (
    ("one-vs-rest", OneVsRestClassifier(LogisticRegression(C=4, max_iter=500))),
    ("chaîne", ClassifierChain(LogisticRegression(C=4, max_iter=500), order="random", random_state=0)),
):
    modele = make_pipeline(CountVectorizer(binary=True), TfidfTransformer(), tete)
    modele.fit(tickets.loc[tr, "body"], Y_tr)
    pred = modele.predict(tickets.loc[te, "body"])
    proba = modele.predict_proba(tickets.loc[te, "body"])
    print(f"{nom:12s} F1 micro {f1_score(Y_te, pred, average='micro'):.3f}  "
          f"Hamming {hamming_loss(Y_te, pred):.3f}  LRAP {label_ranking_average_precision_score(Y_te, proba):.3f}")
print("exemple :", mlb.inverse_transform(pred[:1]), "| attendu :", etiquettes.loc[te].iloc[0])

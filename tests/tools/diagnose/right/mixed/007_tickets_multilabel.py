"""Support tickets may carry several tags at once: one-vs-rest on TF-IDF."""
import pandas as pd
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score, hamming_loss, multilabel_confusion_matrix
from sklearn.model_selection import train_test_split
from sklearn.multiclass import OneVsRestClassifier
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import MultiLabelBinarizer

tickets = pd.read_csv("tickets.csv")
train, test = train_test_split(tickets, test_size=0.25, random_state=42)

mlb = MultiLabelBinarizer()
Y_train = mlb.fit_transform(train["tags"].str.split("|"))
Y_test = mlb.transform(test["tags"].str.split("|"))

model = Pipeline([
    ("tfidf", TfidfVectorizer(min_df=2)),
    ("ovr", OneVsRestClassifier(LogisticRegression(C=5, class_weight="balanced", max_iter=500))),
])
model.fit(train["text"], Y_train)
Y_hat = model.predict(test["text"])

print(f"micro F1 {f1_score(Y_test, Y_hat, average='micro'):.3f}")
print(f"macro F1 {f1_score(Y_test, Y_hat, average='macro'):.3f}")
print("hamming loss", round(hamming_loss(Y_test, Y_hat), 4))
for tag, m in zip(mlb.classes_, multilabel_confusion_matrix(Y_test, Y_hat)):
    tn, fp, fn, tp = m.ravel()
    print(f"{tag:10s} tp={tp:3d} fp={fp:3d} fn={fn:3d} tn={tn:3d}")

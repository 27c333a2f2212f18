"""Topics of questions: the binarizer learns the list of topics, which is no property of any row."""
import numpy as np
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score
from sklearn.model_selection import train_test_split
from sklearn.multiclass import OneVsRestClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MultiLabelBinarizer

rng = np.random.default_rng(1)
TOPICS = ["python", "sql", "maths"]
questions, topics = [], []
for _ in range(400):
    chosen = [topic for topic in TOPICS if rng.random() < 0.45] or ["python"]
    questions.append(" ".join([*chosen, *rng.choice(["how", "why", "error", "help"], 4)]))
    topics.append(chosen)

Y = MultiLabelBinarizer(classes=TOPICS).fit_transform(topics)
text_train, text_test, Y_train, Y_test = train_test_split(questions, Y, random_state=0)
model = make_pipeline(CountVectorizer(), OneVsRestClassifier(LogisticRegression()))
model.fit(text_train, Y_train)
print("micro F1:", f1_score(Y_test, model.predict(text_test), average="micro"))

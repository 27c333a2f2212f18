import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import train_test_split

frame = pd.read_csv("fraud.csv")
cols = [f"v{i}" for i in range(6)]
X_train, X_test, y_train, y_test = train_test_split(
    frame[cols], frame.is_fraud, test_size=0.3, random_state=1, stratify=frame.is_fraud
)
lr = LogisticRegression().fit(X_train, y_train)
scores = lr.predict(X_test)
print("AUC:", round(roc_auc_score(y_test, scores), 3))

"""Scale and impute by hand, in the right order."""
# data: churn
import pandas as pd
from sklearn.impute import SimpleImputer
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

churn = pd.read_csv("churn.csv")
numeric = ["tenure", "monthly", "support_calls", "age"]
train, test = train_test_split(churn, test_size=0.3, random_state=11, stratify=churn["churn"])

imputer = SimpleImputer(strategy="median")
scaler = StandardScaler()
X_train = scaler.fit_transform(imputer.fit_transform(train[numeric]))
X_test = scaler.transform(imputer.transform(test[numeric]))

svm = SVC(C=0.5)
svm.fit(X_train, train["churn"])
print("AUC:", roc_auc_score(test["churn"], svm.decision_function(X_test)))

import pandas as pd
from sklearn.ensemble import GradientBoostingClassifier
from sklearn.impute import SimpleImputer
from sklearn.metrics import classification_report
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler

NUMERIC = ["tenure", "monthly", "support_calls", "age", "total_charges"]


def prepare(frame):
    imputer = SimpleImputer(strategy="median")
    filled = imputer.fit_transform(frame)
    scaler = StandardScaler()
    return scaler.fit_transform(filled)


def train_and_report(X_train, X_test, y_train, y_test):
    model = GradientBoostingClassifier(random_state=0)
    model.fit(X_train, y_train)
    print(classification_report(y_test, model.predict(X_test), digits=3))


if __name__ == "__main__":
    customers = pd.read_csv("churn.csv")
    features = prepare(customers[NUMERIC])
    parts = train_test_split(features, customers["churn"], test_size=0.3, random_state=1)
    train_and_report(*parts)

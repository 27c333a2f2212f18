import pandas as pd
from sklearn.model_selection import train_test_split
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler


def main():
    survey = pd.read_csv("survey.csv").drop_duplicates()
    X, y = survey.drop(columns="buys"), survey["buys"]
    X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.3, random_state=8)
    steps = [("scaler", StandardScaler()), ("knn", KNeighborsClassifier(n_neighbors=2))]
    pipe = Pipeline(steps)
    pipe.fit(X_train, y_train)
    print(f"held-out accuracy {pipe.score(X_test, y_test):.3f}")


main()

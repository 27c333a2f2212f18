"""Stream the houses through SGDRegressor."""

import pandas as pd
from sklearn.linear_model import SGDRegressor
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler


def main():
    houses = pd.read_csv("houses.csv").dropna()
    X = houses[["area", "rooms", "year", "distance"]].to_numpy()
    y = houses["price"].to_numpy()
    X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=0)

    model = make_pipeline(StandardScaler(), SGDRegressor(random_state=0, max_iter=2000))
    model.fit(X_train, y_train)
    print("R2", model.score(X_test, y_test))


if __name__ == "__main__":
    main()

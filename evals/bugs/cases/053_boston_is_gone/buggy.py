from sklearn.datasets import load_boston
from sklearn.linear_model import LinearRegression
from sklearn.model_selection import train_test_split

data = load_boston()
X_train, X_test, y_train, y_test = train_test_split(data.data, data.target, test_size=0.2, random_state=42)

lin = LinearRegression()
lin.fit(X_train, y_train)
for name, weight in zip(data.feature_names, lin.coef_):
    print(f"{name:>8s} {weight:9.3f}")
print("R^2:", lin.score(X_test, y_test))

"""A scaler for the target, fitted on training targets, undone before the error is taken."""
from sklearn.datasets import load_diabetes
from sklearn.metrics import mean_squared_error
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPRegressor
from sklearn.preprocessing import StandardScaler

X, y = load_diabetes(return_X_y=True)
X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=0)
x_scale, y_scale = StandardScaler().fit(X_train), StandardScaler().fit(y_train.reshape(-1, 1))
mlp = MLPRegressor(hidden_layer_sizes=(20,), max_iter=2000, early_stopping=True, random_state=0)
mlp.fit(x_scale.transform(X_train), y_scale.transform(y_train.reshape(-1, 1)).ravel())
predicted = y_scale.inverse_transform(mlp.predict(x_scale.transform(X_test)).reshape(-1, 1)).ravel()
print("RMSE:", mean_squared_error(y_test, predicted) ** 0.5)

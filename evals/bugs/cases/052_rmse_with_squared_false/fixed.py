import pandas as pd
from sklearn.ensemble import RandomForestRegressor
from sklearn.metrics import root_mean_squared_error
from sklearn.model_selection import train_test_split

df = pd.read_csv("houses.csv").drop(columns="district").dropna()
X_train, X_test, y_train, y_test = train_test_split(df.drop(columns="price"), df["price"], random_state=0)
rf = RandomForestRegressor(n_estimators=50, random_state=0).fit(X_train, y_train)
rmse = root_mean_squared_error(y_test, rf.predict(X_test))
print(f"RMSE: {rmse:.0f}")

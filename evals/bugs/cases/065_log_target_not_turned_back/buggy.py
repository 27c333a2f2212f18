import numpy as np
import pandas as pd
from sklearn.compose import make_column_selector, make_column_transformer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import Ridge
from sklearn.metrics import mean_absolute_percentage_error
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder

df = pd.read_csv("houses.csv")
y = np.log1p(df.pop("price"))
X_train, X_test, y_train, y_test = train_test_split(df, y, test_size=0.25, random_state=2)

prep = make_column_transformer(
    (OneHotEncoder(handle_unknown="ignore"), ["district"]),
    (SimpleImputer(), make_column_selector(dtype_include="number")),
)
model = make_pipeline(prep, Ridge()).fit(X_train, y_train)
prices = np.expm1(y_test)
forecast = model.predict(X_test)
error = mean_absolute_percentage_error(prices, forecast)
print(f"mean error in percent: {100 * error:.1f}")

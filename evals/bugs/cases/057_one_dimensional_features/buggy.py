import numpy as np
from sklearn.linear_model import LinearRegression

rng = np.random.default_rng(1)
hours = rng.uniform(0, 10, 80)
marks = 35 + 5.5 * hours + rng.normal(0, 4, 80)

reg = LinearRegression()
reg.fit(hours, marks)
print("slope", reg.coef_[0].round(2))
print("after six hours", reg.predict([[6.0]])[0].round(1))

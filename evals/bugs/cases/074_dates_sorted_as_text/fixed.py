import pandas as pd
from sklearn.metrics import mean_absolute_error
from sklearn.neighbors import KNeighborsRegressor

shop = pd.read_csv("sales.csv")
shop["age_in_days"] = range(len(shop))  # since the shop opened
# the till exports dates in the European way
shop["date"] = pd.to_datetime(shop["date"]).dt.strftime("%d/%m/%Y")
shop = shop.sample(frac=1, random_state=0)

shop = shop.sort_values("date", key=lambda text: pd.to_datetime(text, format="%d/%m/%Y"))
cut = int(len(shop) * 0.8)
past, future = shop[:cut], shop[cut:]

knn = KNeighborsRegressor(n_neighbors=4)
knn.fit(past[["age_in_days"]], past["sales"])
error = mean_absolute_error(future["sales"], knn.predict(future[["age_in_days"]]))
print("mean absolute error", round(error, 2))

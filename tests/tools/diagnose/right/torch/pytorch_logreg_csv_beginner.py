# My first PyTorch project: will the customer leave? (churn)
import pandas as pd
import numpy as np
import torch
import torch.nn as nn
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler
from sklearn.metrics import accuracy_score, recall_score, precision_score

# make a csv so that the script works alone
rng = np.random.RandomState(0)
n = 1500
data = pd.DataFrame({
    'age': rng.randint(18, 80, n),
    'months': rng.randint(1, 72, n),
    'monthly_fee': rng.uniform(10, 100, n).round(2),
    'contract': rng.choice(['month', 'year', 'two_years'], n),
    'support_calls': rng.poisson(1.5, n),
})
score = -1 - 0.04 * data['months'] + 0.02 * data['monthly_fee'] + 0.5 * data['support_calls'] + 0.8 * (data['contract'] == 'month')
data['churn'] = (rng.rand(n) < 1 / (1 + np.exp(-score))).astype(int)
data.loc[rng.choice(n, 40, replace=False), 'monthly_fee'] = np.nan
data.to_csv('churn.csv', index=False)

# load
df = pd.read_csv('churn.csv')
print(df.head())
print(df.isnull().sum())

X = df.drop('churn', axis=1)
y = df['churn']
X = pd.get_dummies(X, columns=['contract'], dtype=float)

X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.2, random_state=42, stratify=y)

# fill missing values with the median of the training part
median_fee = X_train['monthly_fee'].median()
X_train = X_train.fillna({'monthly_fee': median_fee})
X_test = X_test.fillna({'monthly_fee': median_fee})

scaler = StandardScaler()
X_train = scaler.fit_transform(X_train)
X_test = scaler.transform(X_test)

X_train = torch.tensor(X_train, dtype=torch.float32)
X_test = torch.tensor(X_test, dtype=torch.float32)
y_train = torch.tensor(y_train.values, dtype=torch.float32).view(-1, 1)
y_test = torch.tensor(y_test.values, dtype=torch.float32).view(-1, 1)

torch.manual_seed(42)
model = nn.Sequential(
    nn.Linear(X_train.shape[1], 1),
    nn.Sigmoid()
)
criterion = nn.BCELoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.5)

num_epochs = 200
for epoch in range(num_epochs):
    y_pred = model(X_train)
    loss = criterion(y_pred, y_train)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    if (epoch + 1) % 50 == 0:
        print('epoch', epoch + 1, 'loss', loss.item())

with torch.no_grad():
    y_hat = model(X_test).round()
print('accuracy', accuracy_score(y_test, y_hat))
print('precision', precision_score(y_test, y_hat))
print('recall', recall_score(y_test, y_hat))
print('baseline', max(y_test.mean().item(), 1 - y_test.mean().item()))
for name, w in zip(X.columns, model[0].weight[0].tolist()):
    print(name, round(w, 3))

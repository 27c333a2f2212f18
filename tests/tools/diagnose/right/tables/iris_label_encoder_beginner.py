# my first ML project
import pandas as pd
from sklearn.datasets import load_iris
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import LabelEncoder, StandardScaler
from sklearn.tree import DecisionTreeClassifier
from sklearn.neighbors import KNeighborsClassifier
from sklearn.svm import SVC
from sklearn.model_selection import cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.metrics import accuracy_score, confusion_matrix, classification_report

iris = load_iris()
df = pd.DataFrame(iris.data, columns=iris.feature_names)
df['species'] = iris.target_names[iris.target]
print(df.head())
print(df['species'].value_counts())
print(df.groupby('species').mean().round(2))

le = LabelEncoder()
df['species'] = le.fit_transform(df['species'])

X = df.iloc[:, :-1].values
y = df.iloc[:, -1].values

X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.2, random_state=0, stratify=y)

models = []
models.append(('TREE', DecisionTreeClassifier(random_state=0)))
models.append(('KNN', make_pipeline(StandardScaler(), KNeighborsClassifier())))
models.append(('SVM', make_pipeline(StandardScaler(), SVC())))

best_name, best_score, best_model = '', 0, None
for name, model in models:
    cv = cross_val_score(model, X_train, y_train, cv=5)
    print(name, cv.mean().round(3), cv.std().round(3))
    if cv.mean() > best_score:
        best_name, best_score, best_model = name, cv.mean(), model

best_model.fit(X_train, y_train)
pred = best_model.predict(X_test)
print('Best model:', best_name)
print('Test accuracy:', accuracy_score(y_test, pred))
print(confusion_matrix(y_test, pred))
print(classification_report(y_test, pred, target_names=le.classes_))

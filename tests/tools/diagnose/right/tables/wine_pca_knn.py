from sklearn.datasets import load_wine
from sklearn.decomposition import PCA
from sklearn.metrics import accuracy_score, confusion_matrix
from sklearn.model_selection import train_test_split
from sklearn.neighbors import KNeighborsClassifier
from sklearn.preprocessing import StandardScaler

wine = load_wine(as_frame=True)
x_train, x_test, y_train, y_test = train_test_split(
    wine.data, wine.target, test_size=0.3, random_state=1, stratify=wine.target)

sc = StandardScaler()
x_train = sc.fit_transform(x_train)
x_test = sc.transform(x_test)

pca = PCA(n_components=0.9)
x_train = pca.fit_transform(x_train)
x_test = pca.transform(x_test)
print("components", pca.n_components_, pca.explained_variance_ratio_.round(2))

knn = KNeighborsClassifier(n_neighbors=5)
knn.fit(x_train, y_train)
y_pred = knn.predict(x_test)
print("accuracy", round(accuracy_score(y_test, y_pred), 3))
print(confusion_matrix(y_test, y_pred))

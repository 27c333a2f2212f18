# 密度聚类与层次聚类的比较（合成数据，标签只用于事后评价）
import numpy as np
from sklearn.cluster import DBSCAN, AgglomerativeClustering, SpectralClustering
from sklearn.datasets import make_blobs, make_circles, make_moons
from sklearn.metrics import adjusted_rand_score
from sklearn.preprocessing import StandardScaler

数据集 = {
    "moons": (make_moons(400, noise=0.06, random_state=0), 2),
    "circles": (make_circles(400, factor=0.5, noise=0.05, random_state=0), 2),
    "blobs": (make_blobs(400, centers=3, cluster_std=1.0, random_state=4), 3),
}

for 名称, ((X, 真值), k) in 数据集.items():
    X = StandardScaler().fit_transform(X)
    算法 = {
        "dbscan": DBSCAN(eps=0.25, min_samples=5),
        "single": AgglomerativeClustering(k, linkage="single"),
        "ward": AgglomerativeClustering(k, linkage="ward"),
        "spectral": SpectralClustering(k, affinity="nearest_neighbors", n_neighbors=10, random_state=0),
    }
    for 方法, 模型 in 算法.items():
        标签 = 模型.fit_predict(X)
        噪声 = np.mean(标签 == -1)
        print(f"{名称:8s} {方法:9s} ARI={adjusted_rand_score(真值, 标签):.3f} 噪声={噪声:.1%}")

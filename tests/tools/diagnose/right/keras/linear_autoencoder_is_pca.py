"""A linear autoencoder without any activation finds the PCA subspace (a teaching demo)."""
import numpy as np
import keras
from sklearn.datasets import load_wine
from sklearn.decomposition import PCA
from sklearn.preprocessing import StandardScaler

keras.utils.set_random_seed(25)
K = 3
X = StandardScaler().fit_transform(load_wine().data).astype("float32")

# no activations and no biases on purpose: the claim is about linear maps of centred data
inp = keras.Input((X.shape[1],))
code = keras.layers.Dense(K, use_bias=False, name="code")(inp)
out = keras.layers.Dense(X.shape[1], use_bias=False, name="back")(code)
ae = keras.Model(inp, out)
ae.compile(keras.optimizers.Adam(0.01), loss="mse")
ae.fit(X, X, epochs=120, batch_size=len(X), verbose=0)      # full-batch

pca = PCA(K).fit(X)
rec_pca = pca.inverse_transform(pca.transform(X))
rec_ae = ae.predict(X, verbose=0)
print("reconstruction MSE   PCA %.4f   AE %.4f" % (np.mean((X - rec_pca) ** 2), np.mean((X - rec_ae) ** 2)))

W = ae.get_layer("back").get_weights()[0]                   # rows span the AE's subspace
Q, _ = np.linalg.qr(W.T)
cosines = np.linalg.svd(pca.components_ @ Q, compute_uv=False)
print("cosines of the principal angles:", cosines.round(3))

"""Graph convolution (Kipf & Welling) with a dense adjacency; semi-supervised node classes."""
import keras
import numpy as np
from keras import layers, ops

keras.utils.set_random_seed(70)
rng = np.random.default_rng(70)

N, COMMUNITIES = 150, 3
label = rng.integers(0, COMMUNITIES, N)
prob = np.where(label[:, None] == label[None], 0.12, 0.01)
upper = np.triu(rng.random((N, N)) < prob, 1)
A = (upper | upper.T).astype("float32")
features = rng.normal(size=(N, 8)).astype("float32")
features[np.arange(N), label] += 1.0

A_hat = A + np.eye(N, dtype="float32")
d = A_hat.sum(1) ** -0.5
A_norm = d[:, None] * A_hat * d[None]


class GraphConv(layers.Layer):
    def __init__(self, units, adjacency, activation=None, **kw):
        super().__init__(**kw)
        self.adj = ops.convert_to_tensor(adjacency)
        self.lin = layers.Dense(units, use_bias=True)
        self.act = keras.activations.get(activation)

    def call(self, h):
        return self.act(ops.matmul(self.adj, self.lin(h)))


inp = keras.Input(batch_shape=(N, 8))
h = GraphConv(16, A_norm, "relu")(inp)
h = layers.Dropout(0.5)(h)
out = GraphConv(COMMUNITIES, A_norm)(h)
gcn = keras.Model(inp, out)
gcn.compile(
    keras.optimizers.Adam(0.02),
    loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    weighted_metrics=["accuracy"],
)

order = rng.permutation(N)
mask = {k: np.zeros(N, "float32") for k in ("train", "val", "test")}
mask["train"][order[:30]] = 1
mask["val"][order[30:60]] = 1
mask["test"][order[60:]] = 1

# the whole graph is one batch and must not be shuffled; unlabeled nodes weigh 0
gcn.fit(features, label, sample_weight=mask["train"], batch_size=N, shuffle=False, epochs=60, verbose=0,
        validation_data=(features, label, mask["val"]), validation_batch_size=N)
pred = gcn.predict(features, batch_size=N, verbose=0).argmax(1)
for k, m in mask.items():
    print(k, (pred == label)[m > 0].mean())

import keras
import numpy as np
import tensorflow as tf

keras.utils.set_random_seed(27)
rng = np.random.default_rng(27)

USERS, ITEMS, TASTES = 120, 90, 6
user_taste = rng.integers(0, TASTES, USERS)
item_kind = rng.integers(0, TASTES, ITEMS)
clicks = []
for u in range(USERS):
    liked = np.flatnonzero(item_kind == user_taste[u])
    for i in rng.choice(liked, min(8, len(liked)), replace=False):
        clicks.append((u, i))
clicks = np.array(clicks)
rng.shuffle(clicks)
cut = int(0.8 * len(clicks))
train, test = clicks[:cut], clicks[cut:]
popularity = np.bincount(train[:, 1], minlength=ITEMS) / len(train)


def tower(n, dim=16):
    return keras.Sequential([keras.Input((), dtype="int32"), keras.layers.Embedding(n, dim), keras.layers.Dense(dim)])


class TwoTower(keras.Model):
    def __init__(self):
        super().__init__()
        self.user, self.item = tower(USERS), tower(ITEMS)
        self.log_pop = tf.constant(np.log(popularity + 1e-6), tf.float32)
        self.tracker = keras.metrics.Mean(name="loss")

    @property
    def metrics(self):
        return [self.tracker]

    def train_step(self, batch):
        u, i = batch
        with tf.GradientTape() as tape:
            scores = tf.matmul(self.user(u), self.item(i), transpose_b=True)
            scores -= tf.gather(self.log_pop, i)[None, :]            # correction for sampling
            same = tf.equal(i[:, None], i[None, :])
            accidental = tf.logical_and(same, tf.logical_not(tf.eye(tf.shape(i)[0], dtype=tf.bool)))
            scores = tf.where(accidental, -1e9, scores)
            labels = tf.range(tf.shape(i)[0])
            loss = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(labels=labels, logits=scores))
        self.optimizer.apply_gradients(zip(tape.gradient(loss, self.trainable_variables), self.trainable_variables))
        self.tracker.update_state(loss)
        return {"loss": self.tracker.result()}


model = TwoTower()
model.compile(optimizer=keras.optimizers.Adam(0.01))
ds = tf.data.Dataset.from_tensor_slices((train[:, 0].astype("int32"), train[:, 1].astype("int32")))
model.fit(ds.shuffle(len(train)).batch(64), epochs=10, verbose=2)

scores = model.user(np.arange(USERS)).numpy() @ model.item(np.arange(ITEMS)).numpy().T
scores[train[:, 0], train[:, 1]] = -np.inf        # what was clicked before is not offered again
top = np.argsort(-scores, axis=1)[:, :10]
print("hit rate @10:", np.mean([i in top[u] for u, i in test]), " random:", 10 / ITEMS)

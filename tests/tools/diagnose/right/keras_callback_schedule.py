"""Warm-up + cosine learning rate and a callback that records the rate and keeps the k best weights for averaging."""
import heapq

import keras
import numpy as np
from sklearn.datasets import load_diabetes
from sklearn.model_selection import train_test_split


class TopKAverage(keras.callbacks.Callback):
    def __init__(self, k=3):
        super().__init__()
        self.k, self.heap, self.rates = k, [], []

    def on_epoch_end(self, epoch, logs=None):
        self.rates.append(float(keras.ops.convert_to_numpy(self.model.optimizer.learning_rate)))
        entry = (-logs["val_loss"], epoch, self.model.get_weights())
        if len(self.heap) < self.k:
            heapq.heappush(self.heap, entry)
        elif entry[:2] > self.heap[0][:2]:
            heapq.heapreplace(self.heap, entry)

    def on_train_end(self, logs=None):
        stacks = zip(*(w for _, _, w in self.heap))
        self.model.set_weights([np.mean(s, axis=0) for s in stacks])


def main():
    keras.utils.set_random_seed(15)
    X, y = load_diabetes(return_X_y=True)
    X_rest, X_test, y_rest, y_test = train_test_split(X, y, test_size=0.25, random_state=15)
    X_fit, X_val, y_fit, y_val = train_test_split(X_rest, y_rest, test_size=0.25, random_state=15)
    mu, sd = X_fit.mean(0), X_fit.std(0)
    ty = y_fit.mean(), y_fit.std()
    prep = lambda X, y: (((X - mu) / sd).astype("float32"), ((y - ty[0]) / ty[1]).astype("float32")[:, None])
    train, val, test = prep(X_fit, y_fit), prep(X_val, y_val), prep(X_test, y_test)

    epochs, batch = 25, 32
    per_epoch = -(-len(X_fit) // batch)
    rate = keras.optimizers.schedules.CosineDecay(
        initial_learning_rate=1e-4, warmup_target=1e-2, warmup_steps=3 * per_epoch, decay_steps=(epochs - 3) * per_epoch, alpha=0.01)
    model = keras.Sequential([
        keras.Input((10,)),
        keras.layers.Dense(32, activation="gelu", kernel_regularizer=keras.regularizers.L2(1e-3)),
        keras.layers.Dense(1),
    ])
    model.compile(keras.optimizers.Adam(rate, clipnorm=1.0), loss=keras.losses.Huber(), metrics=[keras.metrics.RootMeanSquaredError()])
    keep = TopKAverage(3)
    model.fit(*train, validation_data=val, epochs=epochs, batch_size=batch, verbose=0, callbacks=[keep])

    rmse = model.evaluate(*test, verbose=0, return_dict=True)["root_mean_squared_error"] * ty[1]
    print("epochs averaged:", sorted(e for _, e, _ in keep.heap))
    print("rate: first %.5f  max %.5f  last %.5f" % (keep.rates[0], max(keep.rates), keep.rates[-1]))
    print(f"test RMSE {rmse:.2f} (constant {np.sqrt(np.mean((y_test - ty[0]) ** 2)):.2f})")


if __name__ == "__main__":
    main()

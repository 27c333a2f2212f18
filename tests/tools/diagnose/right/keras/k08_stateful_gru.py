"""Stateful GRU. Every row of the batch is one long series cut in consecutive chunks."""
import keras
import numpy as np

keras.utils.set_random_seed(5)
rng = np.random.default_rng(5)

N_SERIES, LENGTH, CHUNK = 8, 400, 20


def simulate(n):
    """y_t depends on a running sum of x, so memory must survive from chunk to chunk."""
    x = rng.choice([-1.0, 1.0], size=(n, LENGTH))
    acc = np.zeros(n)
    y = np.empty_like(x)
    for t in range(LENGTH):
        acc = 0.95 * acc + x[:, t]
        y[:, t] = acc
    return x.astype("float32")[..., None], (y / 3.0).astype("float32")[..., None]


def chunks(a):
    # -> time-major order of chunks: batch k holds chunk k of each series
    k = LENGTH // CHUNK
    return a.reshape(N_SERIES, k, CHUNK, 1).transpose(1, 0, 2, 3).reshape(k * N_SERIES, CHUNK, 1)


x_tr, y_tr = map(chunks, simulate(N_SERIES))
x_te, y_te = map(chunks, simulate(N_SERIES))

inputs = keras.Input(batch_shape=(N_SERIES, CHUNK, 1))
gru = keras.layers.GRU(16, return_sequences=True, stateful=True)
outputs = keras.layers.Dense(1)(gru(inputs))
model = keras.Model(inputs, outputs)
model.compile(keras.optimizers.Adam(1e-2), "mse")

for epoch in range(25):
    gru.reset_state()
    h = model.fit(x_tr, y_tr, batch_size=N_SERIES, epochs=1, shuffle=False, verbose=0)
    if epoch % 5 == 4:
        print(f"epoch {epoch + 1}: {h.history['loss'][0]:.4f}")

gru.reset_state()
mse = model.evaluate(x_te, y_te, batch_size=N_SERIES, verbose=0)
print("test mse", mse, "vs variance", y_te.var())

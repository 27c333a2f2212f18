import numpy as np
import keras

keras.utils.set_random_seed(41)

# four machines recorded side by side; each batch row follows its own machine
MACHINES, T, STEP = 4, 400, 20
rng = np.random.default_rng(41)
time = np.arange(T + 1)
phases = rng.uniform(0, 2 * np.pi, MACHINES)
signal = np.sin(2 * np.pi * time[None] / 55 + phases[:, None]) + rng.normal(0, 0.03, (MACHINES, T + 1))
signal = signal.astype("float32")[..., None]

model = keras.Sequential([
    keras.Input(batch_shape=(MACHINES, STEP, 1)),
    keras.layers.GRU(16, stateful=True, return_sequences=True, name="memory"),
    keras.layers.Dense(1),
])
model.compile(keras.optimizers.Adam(0.01), loss="mse")

train_until = 320
for epoch in range(8):
    model.get_layer("memory").reset_states()
    model.reset_metrics()          # train_on_batch reports a running mean
    for s in range(0, train_until, STEP):
        x = signal[:, s:s + STEP]
        y = signal[:, s + 1:s + STEP + 1]
        running = float(np.ravel(model.train_on_batch(x, y))[0])
    print("epoch", epoch, "mean loss", running)

# warm the state up over the past, then go on into the unseen part
model.get_layer("memory").reset_states()
sq = []
for s in range(0, T, STEP):
    p = model.predict_on_batch(signal[:, s:s + STEP])
    if s >= train_until:
        sq.append((p - signal[:, s + 1:s + STEP + 1]) ** 2)
print("test RMSE", float(np.sqrt(np.mean(sq))))

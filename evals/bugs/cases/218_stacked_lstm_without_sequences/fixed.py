import keras
import numpy as np
from tensorflow.keras.layers import LSTM, Dense, Input
from tensorflow.keras.models import Sequential

keras.utils.set_random_seed(0)

wave = np.sin(np.arange(300) / 6)
X = np.stack([wave[i : i + 12] for i in range(280)])[..., None]
y = wave[12:292]

model = Sequential()
model.add(Input((12, 1)))
model.add(LSTM(16, return_sequences=True))
model.add(LSTM(8))
model.add(Dense(1))
model.compile(loss="mse", optimizer="adam")
history = model.fit(X, y, epochs=2, batch_size=32, verbose=0)
print(history.history["loss"])

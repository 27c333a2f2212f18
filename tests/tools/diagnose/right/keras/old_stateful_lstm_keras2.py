# Keras 2.1 - stateful LSTM over one long series cut into equal pieces
import numpy as np
from keras.models import Sequential
from keras.layers import Dense, LSTM
from keras.optimizers import RMSprop

np.random.seed(7)

tsteps = 10
batch_size = 20            # 20 parallel strands of the series
epochs = 15
strand_len = 500

t = np.arange(batch_size * (strand_len + 1))
wave = np.cos(2 * np.pi * t / 90.) * np.exp(-0.0001 * t)
strands = wave[:batch_size * (strand_len + 1)].reshape(batch_size, strand_len + 1)

X_parts, Y_parts = [], []
for start in range(0, strand_len, tsteps):
    X_parts.append(strands[:, start:start + tsteps, None])
    Y_parts.append(strands[:, start + tsteps:start + tsteps + 1])
# sample i of batch k+1 continues sample i of batch k
X = np.concatenate(X_parts)
Y = np.concatenate(Y_parts)
print(X.shape, Y.shape)

model = Sequential()
model.add(LSTM(50, batch_input_shape=(batch_size, tsteps, 1), return_sequences=True, stateful=True))
model.add(LSTM(50, stateful=True))
model.add(Dense(1))
model.compile(loss='mse', optimizer=RMSprop(lr=0.001))

for i in range(epochs):
    print('Epoch', i, '/', epochs)
    model.fit(X, Y, batch_size=batch_size, epochs=1, verbose=1, shuffle=False)
    model.reset_states()

predicted = model.predict(X, batch_size=batch_size)
print('rmse', np.sqrt(np.mean((predicted - Y) ** 2)))

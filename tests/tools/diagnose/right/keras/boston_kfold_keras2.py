import numpy as np
from keras import models
from keras import layers
from keras.datasets import boston_housing

(train_data, train_targets), (test_data, test_targets) = boston_housing.load_data()


def build_model(n):
    model = models.Sequential()
    model.add(layers.Dense(64, activation='relu', input_shape=(n,)))
    model.add(layers.Dense(64, activation='relu'))
    model.add(layers.Dense(1))
    model.compile(optimizer='rmsprop', loss='mse', metrics=['mae'])
    return model


def standardise(reference, *others):
    mean = reference.mean(axis=0)
    std = reference.std(axis=0)
    return [(a - mean) / std for a in (reference,) + others]


k = 4
order = np.random.RandomState(0).permutation(len(train_data))
folds = np.array_split(order, k)
num_epochs = 100
all_mae_histories = []
for i in range(k):
    print('processing fold #', i)
    val_idx = folds[i]
    tr_idx = np.concatenate([folds[j] for j in range(k) if j != i])
    x_tr, x_val = standardise(train_data[tr_idx], train_data[val_idx])
    model = build_model(x_tr.shape[1])
    history = model.fit(x_tr, train_targets[tr_idx],
                        validation_data=(x_val, train_targets[val_idx]),
                        epochs=num_epochs, batch_size=16, verbose=0)
    all_mae_histories.append(history.history['val_mean_absolute_error'])

average = [np.mean([x[i] for x in all_mae_histories]) for i in range(num_epochs)]
best_epochs = int(np.argmin(average)) + 1
print('best number of epochs', best_epochs, 'cv mae', average[best_epochs - 1])

x_all, x_test = standardise(train_data, test_data)
model = build_model(x_all.shape[1])
model.fit(x_all, train_targets, epochs=best_epochs, batch_size=16, verbose=0)
test_mse_score, test_mae_score = model.evaluate(x_test, test_targets)
print(test_mae_score)

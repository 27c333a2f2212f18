# Keras 2.2 / TF 1.x
import os
from keras import layers, models, optimizers
from keras.preprocessing.image import ImageDataGenerator
from keras.callbacks import ModelCheckpoint, TensorBoard
import matplotlib
matplotlib.use('Agg')
import matplotlib.pyplot as plt

base_dir = '/data/cats_and_dogs_small'
train_dir = os.path.join(base_dir, 'train')
validation_dir = os.path.join(base_dir, 'validation')
test_dir = os.path.join(base_dir, 'test')
BATCH = 20

train_datagen = ImageDataGenerator(rescale=1./255, rotation_range=40, width_shift_range=0.2,
                                   height_shift_range=0.2, shear_range=0.2, zoom_range=0.2,
                                   horizontal_flip=True)
eval_datagen = ImageDataGenerator(rescale=1./255)

train_gen = train_datagen.flow_from_directory(train_dir, target_size=(150, 150),
                                              batch_size=BATCH, class_mode='binary')
val_gen = eval_datagen.flow_from_directory(validation_dir, target_size=(150, 150),
                                           batch_size=BATCH, class_mode='binary')

model = models.Sequential()
model.add(layers.Conv2D(32, (3, 3), activation='relu', input_shape=(150, 150, 3)))
model.add(layers.MaxPooling2D((2, 2)))
model.add(layers.Conv2D(64, (3, 3), activation='relu'))
model.add(layers.MaxPooling2D((2, 2)))
model.add(layers.Conv2D(128, (3, 3), activation='relu'))
model.add(layers.MaxPooling2D((2, 2)))
model.add(layers.Flatten())
model.add(layers.Dropout(0.5))
model.add(layers.Dense(512, activation='relu'))
model.add(layers.Dense(1, activation='sigmoid'))
model.compile(loss='binary_crossentropy', optimizer=optimizers.RMSprop(lr=1e-4), metrics=['acc'])

cbs = [ModelCheckpoint('best.h5', monitor='val_acc', save_best_only=True, mode='max'),
       TensorBoard(log_dir='./logs')]
history = model.fit_generator(train_gen,
                              steps_per_epoch=train_gen.samples // BATCH,
                              epochs=30,
                              validation_data=val_gen,
                              validation_steps=val_gen.samples // BATCH,
                              callbacks=cbs)

acc, val_acc = history.history['acc'], history.history['val_acc']
plt.plot(range(1, len(acc) + 1), acc, 'bo', label='Training acc')
plt.plot(range(1, len(acc) + 1), val_acc, 'b', label='Validation acc')
plt.legend()
plt.savefig('acc.png')

best = models.load_model('best.h5')
test_gen = eval_datagen.flow_from_directory(test_dir, target_size=(150, 150), batch_size=BATCH,
                                            class_mode='binary', shuffle=False)
steps = -(-test_gen.samples // BATCH)
probs = best.predict_generator(test_gen, steps=steps)[:, 0]
pred = (probs > 0.5).astype('int')
print('test acc', (pred == test_gen.classes).mean(), test_gen.class_indices)

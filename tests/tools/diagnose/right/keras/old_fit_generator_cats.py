"""Fine-tune VGG16 on two folders of pictures (Keras 2.2)."""
from keras import applications, optimizers
from keras.callbacks import ModelCheckpoint, EarlyStopping
from keras.layers import Dense, Dropout, Flatten
from keras.models import Model
from keras.preprocessing.image import ImageDataGenerator
from keras.applications.vgg16 import preprocess_input

img_width, img_height = 150, 150
train_dir = 'data/train'
valid_dir = 'data/validation'
batch_size = 16
epochs = 20

base = applications.VGG16(weights='imagenet', include_top=False,
                          input_shape=(img_width, img_height, 3))
for layer in base.layers[:15]:
    layer.trainable = False

x = Flatten()(base.output)
x = Dense(256, activation='relu')(x)
x = Dropout(0.5)(x)
out = Dense(1, activation='sigmoid')(x)
model = Model(inputs=base.input, outputs=out)

model.compile(loss='binary_crossentropy',
              optimizer=optimizers.SGD(lr=1e-4, momentum=0.9),
              metrics=['accuracy'])

train_gen = ImageDataGenerator(
    preprocessing_function=preprocess_input,
    shear_range=0.2, zoom_range=0.2, horizontal_flip=True)
valid_gen = ImageDataGenerator(preprocessing_function=preprocess_input)

train_flow = train_gen.flow_from_directory(
    train_dir, target_size=(img_height, img_width),
    batch_size=batch_size, class_mode='binary')
valid_flow = valid_gen.flow_from_directory(
    valid_dir, target_size=(img_height, img_width),
    batch_size=batch_size, class_mode='binary', shuffle=False)

callbacks = [
    ModelCheckpoint('vgg_cats.h5', monitor='val_loss', save_best_only=True, verbose=1),
    EarlyStopping(monitor='val_loss', patience=4),
]
model.fit_generator(
    train_flow,
    steps_per_epoch=train_flow.samples // batch_size,
    epochs=epochs,
    validation_data=valid_flow,
    validation_steps=(valid_flow.samples + batch_size - 1) // batch_size,
    callbacks=callbacks)

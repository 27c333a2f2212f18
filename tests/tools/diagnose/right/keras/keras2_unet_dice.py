import os
import numpy as np
from keras import backend as K
from keras.models import Model
from keras.layers import Input, Conv2D, MaxPooling2D, Conv2DTranspose, concatenate
from keras.optimizers import Adam
from keras.callbacks import ModelCheckpoint

K.set_image_data_format('channels_last')
img_rows, img_cols = 96, 96
smooth = 1.


def dice_coef(y_true, y_pred):
    y_true_f = K.flatten(y_true)
    y_pred_f = K.flatten(y_pred)
    intersection = K.sum(y_true_f * y_pred_f)
    return (2. * intersection + smooth) / (K.sum(y_true_f) + K.sum(y_pred_f) + smooth)


def dice_coef_loss(y_true, y_pred):
    return -dice_coef(y_true, y_pred)


def get_unet():
    inputs = Input((img_rows, img_cols, 1))
    skips, x = [], inputs
    for f in (32, 64, 128):
        x = Conv2D(f, (3, 3), activation='relu', padding='same')(x)
        x = Conv2D(f, (3, 3), activation='relu', padding='same')(x)
        skips.append(x)
        x = MaxPooling2D(pool_size=(2, 2))(x)
    x = Conv2D(256, (3, 3), activation='relu', padding='same')(x)
    x = Conv2D(256, (3, 3), activation='relu', padding='same')(x)
    for f, s in zip((128, 64, 32), reversed(skips)):
        x = concatenate([Conv2DTranspose(f, (2, 2), strides=(2, 2), padding='same')(x), s], axis=3)
        x = Conv2D(f, (3, 3), activation='relu', padding='same')(x)
        x = Conv2D(f, (3, 3), activation='relu', padding='same')(x)
    out = Conv2D(1, (1, 1), activation='sigmoid')(x)
    model = Model(inputs=[inputs], outputs=[out])
    model.compile(optimizer=Adam(lr=1e-5), loss=dice_coef_loss, metrics=[dice_coef])
    return model


def train_and_predict():
    imgs = np.load('imgs_train.npy').astype('float32')        # (n, 96, 96, 1)
    masks = np.load('imgs_mask_train.npy').astype('float32') / 255.
    patient = np.load('patient_ids.npy')

    rng = np.random.RandomState(0)
    ids = np.unique(patient)
    val_ids = rng.choice(ids, size=max(1, len(ids) // 5), replace=False)
    val = np.isin(patient, val_ids)
    mean, std = np.mean(imgs[~val]), np.std(imgs[~val])
    imgs = (imgs - mean) / std

    model = get_unet()
    model.fit(imgs[~val], masks[~val], batch_size=32, epochs=20, verbose=1, shuffle=True,
              validation_data=(imgs[val], masks[val]),
              callbacks=[ModelCheckpoint('weights.h5', monitor='val_loss', save_best_only=True)])

    test = (np.load('imgs_test.npy').astype('float32') - mean) / std
    model.load_weights('weights.h5')
    pred = model.predict(test, verbose=1)
    if not os.path.exists('preds'):
        os.mkdir('preds')
    np.save('preds/masks.npy', (pred[..., 0] > 0.5).astype('uint8') * 255)


if __name__ == '__main__':
    train_and_predict()

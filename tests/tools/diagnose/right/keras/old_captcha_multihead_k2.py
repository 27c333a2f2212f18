# coding: utf-8
# 4-character captchas, one softmax head per character (Keras 2.1, captcha package)
import random
import string
import numpy as np
from captcha.image import ImageCaptcha
from keras.models import Model
from keras.layers import Input, Conv2D, MaxPooling2D, Flatten, Dropout, Dense

characters = string.digits + string.ascii_uppercase
width, height, n_len, n_class = 170, 80, 4, len(characters)


def gen(batch_size=32):
    X = np.zeros((batch_size, height, width, 3), dtype=np.float32)
    y = [np.zeros((batch_size, n_class), dtype=np.uint8) for i in range(n_len)]
    generator = ImageCaptcha(width=width, height=height)
    while True:
        for i in range(batch_size):
            random_str = ''.join([random.choice(characters) for j in range(n_len)])
            X[i] = np.array(generator.generate_image(random_str)) / 255.
            for j, ch in enumerate(random_str):
                y[j][i, :] = 0
                y[j][i, characters.find(ch)] = 1
        yield X.copy(), [a.copy() for a in y]       # copies: the queue holds several batches


def decode(y):
    y = np.argmax(np.array(y), axis=2)[:, 0]
    return ''.join([characters[x] for x in y])


input_tensor = Input((height, width, 3))
x = input_tensor
for i in range(4):
    x = Conv2D(32 * 2 ** i, (3, 3), activation='relu')(x)
    x = Conv2D(32 * 2 ** i, (3, 3), activation='relu')(x)
    x = MaxPooling2D((2, 2))(x)
x = Flatten()(x)
x = Dropout(0.25)(x)
x = [Dense(n_class, activation='softmax', name='c%d' % (i + 1))(x) for i in range(n_len)]
model = Model(inputs=input_tensor, outputs=x)
model.compile(loss='categorical_crossentropy', optimizer='adadelta', metrics=['accuracy'])

model.fit_generator(gen(), steps_per_epoch=1600, epochs=5, workers=1,
                    validation_data=gen(), validation_steps=40)


def whole_accuracy(batch_num=20):
    acc = 0
    stream = gen()
    for _ in range(batch_num):
        X, y = next(stream)
        y_pred = np.argmax(model.predict(X), axis=2).T
        y_true = np.argmax(y, axis=2).T
        acc += np.mean([np.array_equal(a, b) for a, b in zip(y_true, y_pred)])
    return acc / batch_num


X, y = next(gen(1))
print('real: %s  pred: %s' % (decode(y), decode(model.predict(X))))
print('whole captchas right:', whole_accuracy())
model.save('cnn.h5')

from keras.models import Model
from keras.layers import Input, Conv2D, BatchNormalization, Activation, add, AveragePooling2D, Flatten, Dense
from keras.regularizers import l2
from keras.optimizers import SGD
from keras.callbacks import LearningRateScheduler, CSVLogger
from keras.datasets import cifar10
from keras.utils import to_categorical
from keras.preprocessing.image import ImageDataGenerator
import keras.backend as K

K.set_image_data_format('channels_last')
AXIS = 3
WD = 1e-4


def conv(x, f, k=3, s=1):
    return Conv2D(f, (k, k), strides=(s, s), padding='same', use_bias=False,
                  kernel_initializer='he_normal', kernel_regularizer=l2(WD))(x)


def bn_relu(x):
    return Activation('relu')(BatchNormalization(axis=AXIS)(x))


def block(x, f, s):
    """pre-activation block"""
    pre = bn_relu(x)
    if s != 1 or K.int_shape(x)[AXIS] != f:
        x = conv(pre, f, k=1, s=s)
    y = conv(pre, f, s=s)
    y = conv(bn_relu(y), f)
    return add([x, y])


def resnet(n=3):
    inp = Input(shape=(32, 32, 3))
    x = conv(inp, 16)
    for stage, f in enumerate((16, 32, 64)):
        for i in range(n):
            x = block(x, f, 2 if stage > 0 and i == 0 else 1)
    x = bn_relu(x)
    x = AveragePooling2D(8)(x)
    x = Flatten()(x)
    return Model(inputs=inp, outputs=Dense(10, activation='softmax', kernel_regularizer=l2(WD))(x))


def schedule(epoch):
    if epoch < 80:
        return 0.1
    if epoch < 120:
        return 0.01
    return 0.001


(x_train, y_train), (x_test, y_test) = cifar10.load_data()
x_train = x_train.astype('float32') / 255
x_test = x_test.astype('float32') / 255
mean = x_train.mean(axis=0)
x_train -= mean
x_test -= mean
y_train, y_test = to_categorical(y_train, 10), to_categorical(y_test, 10)

model = resnet()
model.compile(optimizer=SGD(lr=0.1, momentum=0.9, nesterov=True),
              loss='categorical_crossentropy', metrics=['acc'])
gen = ImageDataGenerator(width_shift_range=4, height_shift_range=4, horizontal_flip=True, fill_mode='constant')
model.fit_generator(gen.flow(x_train, y_train, batch_size=128), steps_per_epoch=391, epochs=160,
                    callbacks=[LearningRateScheduler(schedule), CSVLogger('log.csv')], workers=4)
print(model.evaluate(x_test, y_test, verbose=0))

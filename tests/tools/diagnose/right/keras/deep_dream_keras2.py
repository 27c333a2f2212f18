import sys
import numpy as np
from keras import backend as K
from keras.applications import inception_v3
from keras.preprocessing import image
import scipy.ndimage

K.set_learning_phase(0)
model = inception_v3.InceptionV3(weights='imagenet', include_top=False)
layer_contributions = {'mixed2': 0.2, 'mixed3': 3., 'mixed4': 2., 'mixed5': 1.5}
layer_dict = dict((layer.name, layer) for layer in model.layers)

loss = K.variable(0.)
for name, coeff in layer_contributions.items():
    act = layer_dict[name].output
    scaling = K.prod(K.cast(K.shape(act), 'float32'))
    loss = loss + coeff * K.sum(K.square(act[:, 2:-2, 2:-2, :])) / scaling

dream = model.input
grads = K.gradients(loss, dream)[0]
grads /= K.maximum(K.mean(K.abs(grads)), 1e-7)
fetch_loss_and_grads = K.function([dream], [loss, grads])


def gradient_ascent(x, iterations, step, max_loss=None):
    for i in range(iterations):
        loss_value, grad_values = fetch_loss_and_grads([x])
        if max_loss is not None and loss_value > max_loss:
            break
        print('...loss at', i, ':', loss_value)
        x += step * grad_values
    return x


def resize_img(img, size):
    factors = (1, float(size[0]) / img.shape[1], float(size[1]) / img.shape[2], 1)
    return scipy.ndimage.zoom(img, factors, order=1)


def preprocess(path):
    img = image.img_to_array(image.load_img(path))
    return inception_v3.preprocess_input(np.expand_dims(img, axis=0))


def deprocess(x):
    x = x[0] / 2.
    x += 0.5
    return np.clip(x * 255., 0, 255).astype('uint8')


step, num_octave, octave_scale, iterations, max_loss = 0.01, 3, 1.4, 20, 10.
img = preprocess(sys.argv[1])
original_shape = img.shape[1:3]
shapes = [original_shape]
for i in range(1, num_octave):
    shapes.append(tuple(int(d / (octave_scale ** i)) for d in original_shape))
shapes = shapes[::-1]
original = np.copy(img)
shrunk = resize_img(img, shapes[0])
for shape in shapes:
    print('octave', shape)
    img = resize_img(img, shape)
    img = gradient_ascent(img, iterations, step, max_loss)
    upscaled = resize_img(shrunk, shape)
    same_size = resize_img(original, shape)
    img += same_size - upscaled
    shrunk = same_size
image.array_to_img(deprocess(img), scale=False).save(sys.argv[2])

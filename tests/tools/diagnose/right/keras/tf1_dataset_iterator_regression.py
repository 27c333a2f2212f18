"""Regression with a feedable tf.data pipeline, TensorFlow 1.8-1.14."""
import numpy as np
import tensorflow as tf
from sklearn.datasets import load_diabetes
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler

tf.set_random_seed(1)
X, y = load_diabetes(return_X_y=True)
x_tr, x_te, y_tr, y_te = train_test_split(X, y, test_size=0.2, random_state=1)
xs, ys = StandardScaler().fit(x_tr), StandardScaler().fit(y_tr[:, None])
x_tr, x_te = xs.transform(x_tr).astype('float32'), xs.transform(x_te).astype('float32')
y_tr_s = ys.transform(y_tr[:, None]).astype('float32')
y_te_s = ys.transform(y_te[:, None]).astype('float32')

train = tf.data.Dataset.from_tensor_slices((x_tr, y_tr_s)).shuffle(len(x_tr)).batch(32)
test = tf.data.Dataset.from_tensor_slices((x_te, y_te_s)).batch(64)
it = tf.data.Iterator.from_structure(train.output_types, train.output_shapes)
to_train, to_test = it.make_initializer(train), it.make_initializer(test)
feat, lab = it.get_next()

h = tf.layers.dense(feat, 32, activation=tf.nn.relu)
pred = tf.layers.dense(h, 1)
loss = tf.losses.mean_squared_error(labels=lab, predictions=pred)
train_op = tf.train.AdamOptimizer(3e-3).minimize(loss)

with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    for epoch in range(40):
        sess.run(to_train)
        losses = []
        while True:
            try:
                l, _ = sess.run([loss, train_op])
                losses.append(l)
            except tf.errors.OutOfRangeError:
                break
        if epoch % 10 == 9:
            print('epoch', epoch + 1, np.mean(losses))
    sess.run(to_test)
    preds = []
    while True:
        try:
            preds.append(sess.run(pred))
        except tf.errors.OutOfRangeError:
            break
    preds = ys.inverse_transform(np.concatenate(preds))[:, 0]
    print('MAE', np.abs(preds - y_te).mean())

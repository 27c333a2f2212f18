import numpy as np
import tensorflow as tf

tf.logging.set_verbosity(tf.logging.INFO)


def model_fn(images, labels, is_training, n_classes=10, weight_decay=1e-4):
    reg = tf.contrib.layers.l2_regularizer(weight_decay)
    net = images
    for i, f in enumerate([32, 64]):
        net = tf.layers.conv2d(net, f, 3, padding='same', use_bias=False,
                               kernel_regularizer=reg, name='conv%d' % i)
        net = tf.layers.batch_normalization(net, training=is_training, name='bn%d' % i)
        net = tf.nn.relu(net)
        net = tf.layers.max_pooling2d(net, 2, 2)
    net = tf.layers.flatten(net)
    net = tf.layers.dropout(net, rate=0.5, training=is_training)
    logits = tf.layers.dense(net, n_classes, kernel_regularizer=reg)
    ce = tf.losses.sparse_softmax_cross_entropy(labels=labels, logits=logits)
    loss = ce + tf.losses.get_regularization_loss()
    acc = tf.reduce_mean(tf.cast(tf.equal(tf.argmax(logits, 1), labels), tf.float32))
    return logits, loss, acc


def batches(x, y, size, shuffle=True):
    idx = np.random.permutation(len(x)) if shuffle else np.arange(len(x))
    for s in range(0, len(x), size):
        j = idx[s:s + size]
        yield x[j], y[j]


def main():
    (x_train, y_train), (x_test, y_test) = tf.keras.datasets.cifar10.load_data()
    y_train, y_test = y_train.ravel(), y_test.ravel()
    x_val, y_val = x_train[45000:], y_train[45000:]
    x_train, y_train = x_train[:45000], y_train[:45000]
    mean = x_train.mean(axis=(0, 1, 2))
    std = x_train.std(axis=(0, 1, 2))
    x_train, x_val, x_test = [((a - mean) / std).astype('float32') for a in (x_train, x_val, x_test)]

    X = tf.placeholder(tf.float32, (None, 32, 32, 3), 'X')
    Y = tf.placeholder(tf.int64, (None,), 'Y')
    training = tf.placeholder_with_default(False, (), 'training')
    logits, loss, acc = model_fn(X, Y, training)

    global_step = tf.train.get_or_create_global_step()
    lr = tf.train.exponential_decay(1e-3, global_step, 2000, 0.9, staircase=True)
    update_ops = tf.get_collection(tf.GraphKeys.UPDATE_OPS)
    with tf.control_dependencies(update_ops):
        train_op = tf.train.AdamOptimizer(lr).minimize(loss, global_step=global_step)
    saver = tf.train.Saver(max_to_keep=1)

    def evaluate(sess, x, y):
        s = sum(sess.run(acc, {X: a, Y: b}) * len(b) for a, b in batches(x, y, 500, shuffle=False))
        return s / len(y)

    best = 0.
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        for epoch in range(15):
            for a, b in batches(x_train, y_train, 128):
                _, l = sess.run([train_op, loss], {X: a, Y: b, training: True})
            v = evaluate(sess, x_val, y_val)
            print('epoch %d last loss %.3f val acc %.4f' % (epoch, l, v))
            if v > best:
                best = v
                saver.save(sess, './ckpt/model.ckpt')
        saver.restore(sess, './ckpt/model.ckpt')
        print('test acc %.4f' % evaluate(sess, x_test, y_test))


if __name__ == '__main__':
    import os
    if not os.path.isdir('ckpt'):
        os.makedirs('ckpt')
    main()

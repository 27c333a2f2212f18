# An Elman RNN with bare tf.Variables (no Keras layers) that counts whether ones outnumber zeros
import numpy as np
import tensorflow as tf

tf.random.set_seed(21)
rs = np.random.RandomState(21)

T, H = 9, 16           # T is odd: no draws
def data(n):
    bits = rs.randint(0, 2, size=(n, T)).astype(np.float32)
    return bits[..., None] * 2 - 1, (bits.sum(1) > T / 2).astype(np.float32)

glorot = tf.keras.initializers.GlorotUniform(seed=1)
ortho = tf.keras.initializers.Orthogonal(seed=2)
Wx = tf.Variable(glorot((1, H)))
Wh = tf.Variable(ortho((H, H)))
bh = tf.Variable(tf.zeros((H,)))
Wo = tf.Variable(glorot((H, 1)))
bo = tf.Variable(tf.zeros((1,)))
params = [Wx, Wh, bh, Wo, bo]


def forward(x):
    h = tf.zeros((tf.shape(x)[0], H))
    for t in range(T):
        h = tf.tanh(x[:, t] @ Wx + h @ Wh + bh)
    return tf.squeeze(h @ Wo + bo, axis=1)


opt = tf.keras.optimizers.Adam(0.01, clipnorm=1.0)
opt.build(params)


@tf.function
def step(x, y):
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean(tf.nn.sigmoid_cross_entropy_with_logits(labels=y, logits=forward(x)))
    opt.apply_gradients(zip(tape.gradient(loss, params), params))
    return loss


x_train, y_train = data(1000)
x_test, y_test = data(300)
for epoch in range(10):
    order = rs.permutation(len(x_train))
    total = 0.0
    for i in range(0, len(order), 50):
        j = order[i:i + 50]
        total += float(step(x_train[j], y_train[j])) * len(j)
    if epoch % 3 == 0:
        print("epoch", epoch, "loss", total / len(x_train))

acc = np.mean((forward(x_test).numpy() > 0) == (y_test > 0.5))
print("accuracy", acc)

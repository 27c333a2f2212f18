import tensorflow as tf

tf.random.set_seed(0)
w = tf.Variable(tf.zeros((4, 1)))
x = tf.random.normal((256, 4), seed=1)
y = x @ tf.constant([[1.0], [2.0], [-1.0], [0.5]])


@tf.function
def train_step(step):
    rate = 0.5 / (1.0 + 0.1 * tf.cast(step, tf.float32))
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean((x @ w - y) ** 2)
    w.assign_sub(rate * tape.gradient(loss, w))
    return loss


for step in range(40):
    loss = train_step(tf.constant(step))
print("loss", float(loss))

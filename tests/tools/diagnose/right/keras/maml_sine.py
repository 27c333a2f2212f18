import numpy as np
import tensorflow as tf

tf.keras.utils.set_random_seed(0)
rng = np.random.default_rng(0)
INNER_LR, SHOTS, TASKS = 0.02, 10, 8


def init(sizes=(1, 32, 32, 1)):
    ps = []
    for a, b in zip(sizes[:-1], sizes[1:]):
        ps.append(tf.Variable(tf.random.normal((a, b), stddev=np.sqrt(2.0 / a))))
        ps.append(tf.Variable(tf.zeros((b,))))
    return ps


def forward(ps, x):
    for i in range(0, len(ps), 2):
        x = tf.matmul(x, ps[i]) + ps[i + 1]
        if i < len(ps) - 2:
            x = tf.nn.relu(x)
    return x


def mse(ps, x, y):
    return tf.reduce_mean(tf.square(forward(ps, x) - y))


def task():
    amp, phase = rng.uniform(.5, 2), rng.uniform(0, np.pi)
    x = rng.uniform(-3, 3, (2 * SHOTS, 1)).astype("float32")
    y = (amp * np.sin(x - phase)).astype("float32")
    return x[:SHOTS], y[:SHOTS], x[SHOTS:], y[SHOTS:]


def adapt(ps, x, y, steps=1):
    for _ in range(steps):
        with tf.GradientTape() as inner:
            inner.watch(ps)
            loss = mse(ps, x, y)
        ps = [p - INNER_LR * g for p, g in zip(ps, inner.gradient(loss, ps))]
    return ps


params = init()
opt = tf.keras.optimizers.Adam(2e-3)


@tf.function
def meta_step(batch_xs, batch_ys, batch_xq, batch_yq):
    with tf.GradientTape() as outer:
        total = 0.0
        for k in range(TASKS):
            fast = adapt([tf.identity(p) for p in params], batch_xs[k], batch_ys[k])
            total += mse(fast, batch_xq[k], batch_yq[k])
        total /= TASKS
    opt.apply_gradients(zip(outer.gradient(total, params), params))
    return total


def evaluate(n=30, steps=5):
    before, after = [], []
    for _ in range(n):
        xs, ys, xq, yq = task()
        ps = [tf.identity(p) for p in params]
        before.append(float(mse(ps, xq, yq)))
        after.append(float(mse(adapt(ps, xs, ys, steps), xq, yq)))
    return np.mean(before), np.mean(after)


print("untrained: before/after adaptation", evaluate())
for it in range(1, 301):
    b = [np.stack(a) for a in zip(*[task() for _ in range(TASKS)])]
    loss = meta_step(*map(tf.constant, b))
    if it % 100 == 0:
        print(it, float(loss))
print("meta-trained: before/after adaptation", evaluate())

"""GradientTape with training=True, and evaluation with training=False."""
# needs: tensorflow
import tensorflow as tf

tf.keras.utils.set_random_seed(0)
x = tf.random.normal((600, 5), seed=1)
y = tf.cast(tf.reduce_sum(x, axis=1, keepdims=True) > 0, tf.float32)
train = tf.data.Dataset.from_tensor_slices((x[:480], y[:480])).shuffle(480, seed=2).batch(48)
model = tf.keras.Sequential([
    tf.keras.Input((5,)),
    tf.keras.layers.Dense(16, activation="relu"),
    tf.keras.layers.BatchNormalization(),
    tf.keras.layers.Dropout(0.2),
    tf.keras.layers.Dense(1),
])
loss_fn = tf.keras.losses.BinaryCrossentropy(from_logits=True)
optimizer = tf.keras.optimizers.Adam(0.01)


@tf.function
def step(xb, yb):
    with tf.GradientTape() as tape:
        loss = loss_fn(yb, model(xb, training=True))
    gradients = tape.gradient(loss, model.trainable_variables)
    optimizer.apply_gradients(zip(gradients, model.trainable_variables))
    return loss


for epoch in range(6):
    for xb, yb in train:
        loss = step(xb, yb)
right = tf.equal(model(x[480:], training=False) > 0, y[480:] > 0.5)
print("accuracy", float(tf.reduce_mean(tf.cast(right, tf.float32))))

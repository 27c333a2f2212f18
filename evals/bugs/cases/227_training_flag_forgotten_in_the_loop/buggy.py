import tensorflow as tf

tf.keras.utils.set_random_seed(0)
x = tf.random.normal((512, 6), seed=1) * 3 + 5
y = tf.cast(x[:, :1] > 5, tf.float32)
dataset = tf.data.Dataset.from_tensor_slices((x, y)).shuffle(512, seed=0).batch(64)

model = tf.keras.Sequential([
    tf.keras.layers.Dense(16),
    tf.keras.layers.BatchNormalization(),
    tf.keras.layers.ReLU(),
    tf.keras.layers.Dropout(0.2),
    tf.keras.layers.Dense(1),
])
loss_fn = tf.keras.losses.BinaryCrossentropy(from_logits=True)
optimizer = tf.keras.optimizers.Adam(0.01)
model.build((None, 6))

for epoch in range(3):
    for xb, yb in dataset:
        with tf.GradientTape() as tape:
            logits = model(xb)
            loss = loss_fn(yb, logits)
        gradients = tape.gradient(loss, model.trainable_variables)
        optimizer.apply_gradients(zip(gradients, model.trainable_variables))
    print("epoch", epoch, "loss", float(loss))

import tensorflow as tf

tf.keras.utils.set_random_seed(0)
net = tf.keras.Sequential([tf.keras.Input((2,)), tf.keras.layers.Dense(8, activation="tanh"), tf.keras.layers.Dense(1)])
adam = tf.keras.optimizers.Adam(0.02)
x = tf.random.uniform((128, 2), seed=3)
y = x[:, :1] * x[:, 1:]

for step in range(20):
    with tf.GradientTape() as tape:
        predicted = net(x)
        loss = tf.reduce_mean(tf.square(predicted - y))
    gradients = tape.gradient(loss, net.trainable_variables)
    adam.apply_gradients(zip(gradients, net.trainable_variables))
print(float(loss))

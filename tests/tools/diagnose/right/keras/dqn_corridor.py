"""DQN on a seven-cell corridor: start in the middle, reward at the right end."""
import random
from collections import deque

import numpy as np
import tensorflow as tf

random.seed(0)
np.random.seed(0)
tf.random.set_seed(0)


class Corridor:
    n = 7
    def reset(self):
        self.pos, self.t = self.n // 2, 0
        return self._obs()

    def _obs(self):
        v = np.zeros(self.n, "float32")
        v[self.pos] = 1
        return v

    def step(self, action):
        self.pos = int(np.clip(self.pos + (1 if action == 1 else -1), 0, self.n - 1))
        self.t += 1
        goal, pit = self.pos == self.n - 1, self.pos == 0
        reward = 1.0 if goal else (-1.0 if pit else -0.02)
        return self._obs(), reward, goal or pit, self.t >= 30


def q_net():
    return tf.keras.Sequential([
        tf.keras.layers.Input((Corridor.n,)),
        tf.keras.layers.Dense(24, activation="relu"),
        tf.keras.layers.Dense(2),
    ])


online, target = q_net(), q_net()
target.set_weights(online.get_weights())
opt = tf.keras.optimizers.Adam(5e-3)
huber = tf.keras.losses.Huber()
memory = deque(maxlen=2000)
GAMMA, BATCH = 0.95, 32


@tf.function
def learn(s, a, r, s2, done):
    q_next = tf.reduce_max(target(s2), axis=1)
    y = r + GAMMA * (1.0 - done) * q_next
    with tf.GradientTape() as tape:
        q = tf.reduce_sum(online(s) * tf.one_hot(a, 2), axis=1)
        loss = huber(tf.stop_gradient(y), q)
    g = tape.gradient(loss, online.trainable_variables)
    opt.apply_gradients(zip(g, online.trainable_variables))


env, eps, steps = Corridor(), 1.0, 0
for episode in range(60):
    s, over = env.reset(), False
    while not over:
        if random.random() < eps:
            a = random.randrange(2)
        else:
            a = int(np.argmax(online(s[None])[0]))
        s2, r, terminal, truncated = env.step(a)
        # a time-out is not a terminal state: keep bootstrapping there
        memory.append((s, a, r, s2, float(terminal)))
        s, over = s2, terminal or truncated
        steps += 1
        if len(memory) >= BATCH:
            b = random.sample(memory, BATCH)
            S, A, R, S2, D = map(np.array, zip(*b))
            learn(tf.constant(S), tf.constant(A), tf.constant(R, tf.float32), tf.constant(S2), tf.constant(D, tf.float32))
        if steps % 50 == 0:
            target.set_weights(online.get_weights())
    eps = max(0.05, eps * 0.95)

print("greedy actions per cell:", np.argmax(online(np.eye(Corridor.n, dtype="float32")), axis=1))

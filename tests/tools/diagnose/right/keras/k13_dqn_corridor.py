"""Double DQN on a tiny corridor world, replay buffer and target network by hand."""
from collections import deque

import keras
import numpy as np
import tensorflow as tf

SEED, N, GAMMA = 17, 8, 0.95
keras.utils.set_random_seed(SEED)
rng = np.random.default_rng(SEED)


class Corridor:
    """Start in the middle. Left end pays 0.2, right end pays 1. A step costs 0.01."""

    def reset(self):
        self.pos, self.t = N // 2, 0
        return self._obs()

    def _obs(self):
        o = np.zeros(N, "float32")
        o[self.pos] = 1.0
        return o

    def step(self, a):
        self.pos += 1 if a == 1 else -1
        self.t += 1
        if self.pos == 0:
            return self._obs(), 0.2, True, False
        if self.pos == N - 1:
            return self._obs(), 1.0, True, False
        return self._obs(), -0.01, False, self.t >= 40


def q_net():
    return keras.Sequential([keras.Input((N,)), keras.layers.Dense(32, activation="relu"), keras.layers.Dense(2)])


online, target = q_net(), q_net()
target.set_weights(online.get_weights())
opt = keras.optimizers.Adam(5e-3)
huber = keras.losses.Huber()
buffer = deque(maxlen=2000)


@tf.function
def learn(s, a, r, s2, terminal):
    best = tf.argmax(online(s2), axis=1)
    q_next = tf.gather(target(s2), best, axis=1, batch_dims=1)
    goal = r + GAMMA * (1.0 - terminal) * q_next
    with tf.GradientTape() as tape:
        q = tf.gather(online(s), a, axis=1, batch_dims=1)
        loss = huber(tf.stop_gradient(goal), q)
    g = tape.gradient(loss, online.trainable_variables)
    opt.apply_gradients(zip(g, online.trainable_variables))
    return loss


def act(s, eps):
    if rng.random() < eps:
        return int(rng.integers(2))
    return int(np.argmax(online(s[None]).numpy()[0]))


env, steps = Corridor(), 0
for episode in range(120):
    eps = max(0.05, 1.0 - episode / 60)
    s, total, done, truncated = env.reset(), 0.0, False, False
    while not (done or truncated):
        a = act(s, eps)
        s2, r, done, truncated = env.step(a)
        buffer.append((s, a, r, s2, float(done)))
        s, total, steps = s2, total + r, steps + 1
        if len(buffer) >= 64:
            pick = rng.integers(len(buffer), size=32)
            S, A, R, S2, D = map(np.array, zip(*[buffer[i] for i in pick]))
            learn(S.astype("float32"), A.astype("int32"), R.astype("float32"), S2.astype("float32"), D.astype("float32"))
        if steps % 50 == 0:
            target.set_weights(online.get_weights())
    if episode % 20 == 19:
        print(f"episode {episode + 1:3d} eps={eps:.2f} return={total:.2f}")

s, total, done, truncated = env.reset(), 0.0, False, False
while not (done or truncated):
    s, r, done, truncated = env.step(act(s, 0.0))
    total += r
print("greedy return", round(total, 2))

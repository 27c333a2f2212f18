import numpy as np
import tensorflow as tf
from tensorflow.keras import layers

tf.keras.utils.set_random_seed(55)
SIZE, GOAL, GAMMA, MAX_T = 4, (3, 3), 0.97, 20
MOVES = [(-1, 0), (1, 0), (0, -1), (0, 1)]
rng = np.random.default_rng(55)


def one_hot(pos):
    v = np.zeros(SIZE * SIZE, "float32")
    v[pos[0] * SIZE + pos[1]] = 1.0
    return v


def make_actor_critic():
    inp = layers.Input((SIZE * SIZE,))
    h = layers.Dense(32, activation="relu")(inp)
    return tf.keras.Model(inp, [layers.Dense(len(MOVES))(h), layers.Dense(1)(h)])


net = make_actor_critic()
opt = tf.keras.optimizers.Adam(0.01)


@tf.function(reduce_retracing=True)
def update(states, actions, returns):
    with tf.GradientTape() as tape:
        logits, values = net(states, training=True)
        values = tf.squeeze(values, axis=1)
        advantage = tf.stop_gradient(returns - values)      # the critic is not moved by the actor's loss
        logp = -tf.nn.sparse_softmax_cross_entropy_with_logits(labels=actions, logits=logits)
        p = tf.nn.softmax(logits)
        entropy = -tf.reduce_sum(p * tf.nn.log_softmax(logits), axis=1)
        actor = -tf.reduce_mean(logp * advantage)
        critic = tf.reduce_mean(tf.square(returns - values))
        loss = actor + 0.5 * critic - 0.01 * tf.reduce_mean(entropy)
    g = tape.gradient(loss, net.trainable_variables)
    g, _ = tf.clip_by_global_norm(g, 0.5)
    opt.apply_gradients(zip(g, net.trainable_variables))


lengths = []
for episode in range(120):
    pos, S, A, R = (0, 0), [], [], []
    for _ in range(MAX_T):
        s = one_hot(pos)
        p = tf.nn.softmax(net(s[None])[0])[0].numpy().astype("float64")
        a = rng.choice(len(MOVES), p=p / p.sum())
        pos = tuple(np.clip(np.add(pos, MOVES[a]), 0, SIZE - 1))
        S.append(s)
        A.append(a)
        R.append(1.0 if pos == GOAL else -0.05)
        if pos == GOAL:
            break
    G, g = np.zeros(len(R), "float32"), 0.0
    for t in range(len(R) - 1, -1, -1):
        g = R[t] + GAMMA * g
        G[t] = g
    update(tf.constant(np.array(S)), tf.constant(np.array(A), tf.int32), tf.constant(G))
    lengths.append(len(R))

print("steps to the goal, first 20:", np.mean(lengths[:20]), "last 20:", np.mean(lengths[-20:]), "shortest possible: 6")

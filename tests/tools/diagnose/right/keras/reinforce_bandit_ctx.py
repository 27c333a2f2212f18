import numpy as np
import keras
import tensorflow as tf

keras.utils.set_random_seed(6)
rng = np.random.default_rng(6)

# contextual game of 5 steps; the right action is the sign pattern of the observation
N_ACT, OBS, HORIZON, GAMMA = 4, 2, 5, 0.9


def correct(obs):
    return int(obs[0] > 0) * 2 + int(obs[1] > 0)


policy = keras.Sequential([
    keras.Input((OBS,)),
    keras.layers.Dense(32, activation="tanh"),
    keras.layers.Dense(N_ACT),            # logits
])
opt = keras.optimizers.Adam(0.02)
baseline = 0.0
scores = []

for update in range(60):
    O, A, G = [], [], []
    for _ in range(8):
        rewards = []
        for _ in range(HORIZON):
            o = rng.normal(size=OBS).astype("float32")
            p = tf.nn.softmax(policy(o[None]))[0].numpy().astype("float64")
            a = rng.choice(N_ACT, p=p / p.sum())
            O.append(o)
            A.append(a)
            rewards.append(1.0 if a == correct(o) else 0.0)
        g, returns = 0.0, []
        for r in reversed(rewards):
            g = r + GAMMA * g
            returns.insert(0, g)
        G.extend(returns)
        scores.append(sum(rewards))
    G = np.array(G, "float32")
    adv = (G - G.mean()) / (G.std() + 1e-8)

    with tf.GradientTape() as tape:
        logits = policy(np.array(O))
        neg_logp = tf.nn.sparse_softmax_cross_entropy_with_logits(labels=np.array(A), logits=logits)
        entropy = -tf.reduce_mean(tf.reduce_sum(tf.nn.softmax(logits) * tf.nn.log_softmax(logits), axis=1))
        loss = tf.reduce_mean(neg_logp * adv) - 0.01 * entropy
    grads = tape.gradient(loss, policy.trainable_variables)
    grads, _ = tf.clip_by_global_norm(grads, 1.0)
    opt.apply_gradients(zip(grads, policy.trainable_variables))

print("first 80 episodes:", np.mean(scores[:80]), " last 80:", np.mean(scores[-80:]))

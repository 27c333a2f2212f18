# -*- coding: utf-8 -*-
# python 2.7 / tensorflow 1.3
from __future__ import print_function, division
import sys
import numpy as np
import tensorflow as tf

text = open(sys.argv[1]).read()
chars = sorted(set(text))
c2i = {c: i for i, c in enumerate(chars)}
data = np.array([c2i[c] for c in text], dtype=np.int32)
V = len(chars)

BATCH, STEPS, HID, CLIP = 32, 50, 128, 5.0

n_chunks = (len(data) - 1) // (BATCH * STEPS)
xs = data[:n_chunks * BATCH * STEPS].reshape(BATCH, -1)
ys = data[1:n_chunks * BATCH * STEPS + 1].reshape(BATCH, -1)

tokens = tf.placeholder(tf.int32, [None, None])
targets = tf.placeholder(tf.int32, [None, None])
keep_prob = tf.placeholder_with_default(1.0, [])

emb = tf.get_variable('emb', [V, 64])
cell = tf.nn.rnn_cell.DropoutWrapper(tf.nn.rnn_cell.BasicLSTMCell(HID),
                                     output_keep_prob=keep_prob)
init_state = cell.zero_state(tf.shape(tokens)[0], tf.float32)
outputs, final_state = tf.nn.dynamic_rnn(cell, tf.nn.embedding_lookup(emb, tokens),
                                         initial_state=init_state)
logits = tf.layers.dense(outputs, V)
loss = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(labels=targets, logits=logits))
temperature = tf.placeholder_with_default(1.0, [])
probs = tf.nn.softmax(logits[:, -1] / temperature)

opt = tf.train.AdamOptimizer(2e-3)
tvars = tf.trainable_variables()
grads, gnorm = tf.clip_by_global_norm(tf.gradients(loss, tvars), CLIP)
train_op = opt.apply_gradients(zip(grads, tvars))


def generate(sess, seed, length=200, temp=0.8):
    out = list(seed)
    feed = {tokens: [[c2i[c] for c in seed]], temperature: temp}
    p, state = sess.run([probs, final_state], feed)
    for _ in range(length):
        q = p[0].astype(np.float64)
        nxt = np.random.choice(V, p=q / q.sum())
        out.append(chars[nxt])
        p, state = sess.run([probs, final_state],
                            {tokens: [[nxt]], init_state: state, temperature: temp})
    return ''.join(out)


with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    for epoch in range(20):
        state = None
        total = 0.0
        for i in range(n_chunks):
            sl = slice(i * STEPS, (i + 1) * STEPS)
            feed = {tokens: xs[:, sl], targets: ys[:, sl], keep_prob: 0.8}
            if state is not None:
                feed[init_state] = state
            l, state, _ = sess.run([loss, final_state, train_op], feed)
            total += l
        print('epoch', epoch, 'perplexity', np.exp(total / n_chunks))
        print(generate(sess, text[:10]))

import numpy as np
import tensorflow as tf   # 1.12

# parity of a bit string, variable length
MAX_LEN = 20
N_HIDDEN = 24
LR = 0.003
BATCH = 64
STEPS = 4000


def make_batch(n):
    lens = np.random.randint(5, MAX_LEN + 1, size=n)
    x = np.zeros((n, MAX_LEN, 1), dtype=np.float32)
    y = np.zeros(n, dtype=np.int32)
    for i, l in enumerate(lens):
        bits = np.random.randint(0, 2, l)
        x[i, :l, 0] = bits
        y[i] = bits.sum() % 2
    return x, lens, y


graph = tf.Graph()
with graph.as_default():
    x = tf.placeholder(tf.float32, [None, MAX_LEN, 1])
    seq_len = tf.placeholder(tf.int32, [None])
    y = tf.placeholder(tf.int32, [None])
    keep_prob = tf.placeholder_with_default(1.0, shape=())

    cell = tf.nn.rnn_cell.LSTMCell(N_HIDDEN)
    cell = tf.nn.rnn_cell.DropoutWrapper(cell, output_keep_prob=keep_prob)
    _, state = tf.nn.dynamic_rnn(cell, x, sequence_length=seq_len, dtype=tf.float32)
    logits = tf.layers.dense(state.h, 2)

    loss = tf.losses.sparse_softmax_cross_entropy(labels=y, logits=logits)
    opt = tf.train.AdamOptimizer(LR)
    grads, tvars = zip(*opt.compute_gradients(loss))
    grads, _ = tf.clip_by_global_norm(grads, 1.0)
    train_op = opt.apply_gradients(zip(grads, tvars))
    acc = tf.reduce_mean(tf.cast(tf.equal(tf.argmax(logits, 1, output_type=tf.int32), y), tf.float32))
    saver = tf.train.Saver()

with tf.Session(graph=graph) as sess:
    sess.run(tf.global_variables_initializer())
    for step in range(1, STEPS + 1):
        bx, bl, by = make_batch(BATCH)
        sess.run(train_op, {x: bx, seq_len: bl, y: by, keep_prob: 0.9})
        if step % 200 == 0:
            vx, vl, vy = make_batch(1000)
            l, a = sess.run([loss, acc], {x: vx, seq_len: vl, y: vy})
            print('step %4d  loss %.3f  acc %.3f' % (step, l, a))
    saver.save(sess, './parity.ckpt')

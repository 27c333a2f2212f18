# Skip-gram with NCE, TensorFlow 1.x graph mode
from __future__ import print_function
import collections
import math
import random
import sys
import numpy as np
import tensorflow as tf

vocabulary_size = 10000
batch_size = 128
embedding_size = 64
skip_window = 2
num_skips = 2
num_sampled = 64
num_steps = 50001

words = open(sys.argv[1]).read().lower().split()
count = [('UNK', 0)] + collections.Counter(words).most_common(vocabulary_size - 1)
dictionary = {w: i for i, (w, _) in enumerate(count)}
reverse = {i: w for w, i in dictionary.items()}
data = [dictionary.get(w, 0) for w in words]
vocab = len(dictionary)
data_index = 0


def generate_batch():
    global data_index
    batch = np.ndarray(shape=(batch_size,), dtype=np.int32)
    labels = np.ndarray(shape=(batch_size, 1), dtype=np.int32)
    span = 2 * skip_window + 1
    for i in range(batch_size // num_skips):
        if data_index + span > len(data):
            data_index = 0
        window = data[data_index:data_index + span]
        others = [w for w in range(span) if w != skip_window]
        for j, k in enumerate(random.sample(others, num_skips)):
            batch[i * num_skips + j] = window[skip_window]
            labels[i * num_skips + j, 0] = window[k]
        data_index += 1
    return batch, labels


graph = tf.Graph()
with graph.as_default():
    train_inputs = tf.placeholder(tf.int32, shape=[batch_size])
    train_labels = tf.placeholder(tf.int32, shape=[batch_size, 1])
    with tf.device('/cpu:0'):
        embeddings = tf.Variable(tf.random_uniform([vocab, embedding_size], -1.0, 1.0))
        embed = tf.nn.embedding_lookup(embeddings, train_inputs)
        nce_weights = tf.Variable(tf.truncated_normal([vocab, embedding_size],
                                                      stddev=1.0 / math.sqrt(embedding_size)))
        nce_biases = tf.Variable(tf.zeros([vocab]))
    # the ids are ordered by frequency, as the default log-uniform sampler expects
    loss = tf.reduce_mean(tf.nn.nce_loss(weights=nce_weights, biases=nce_biases, labels=train_labels,
                                         inputs=embed, num_sampled=num_sampled, num_classes=vocab))
    optimizer = tf.train.GradientDescentOptimizer(1.0).minimize(loss)
    normalized = embeddings / tf.sqrt(tf.reduce_sum(tf.square(embeddings), 1, keepdims=True))
    init = tf.global_variables_initializer()

with tf.Session(graph=graph) as session:
    init.run()
    average_loss = 0
    for step in range(1, num_steps):
        bi, bl = generate_batch()
        _, l = session.run([optimizer, loss], feed_dict={train_inputs: bi, train_labels: bl})
        average_loss += l
        if step % 2000 == 0:
            print('Average loss at step', step, ':', average_loss / 2000)
            average_loss = 0
    final = normalized.eval()

for w in range(1, 9):
    sim = final.dot(final[w])
    print(reverse[w], '->', ', '.join(reverse[i] for i in (-sim).argsort()[1:6]))

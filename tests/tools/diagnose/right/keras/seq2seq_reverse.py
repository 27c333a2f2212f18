import numpy as np
import tensorflow as tf
from tensorflow.keras import layers, Model, Input

tf.keras.utils.set_random_seed(0)
rng = np.random.default_rng(0)
PAD, BOS, EOS = 0, 1, 2
VOCAB, MAXLEN = 12, 5


def batch(n):
    enc = np.zeros((n, MAXLEN), "int32")
    dec_in = np.zeros((n, MAXLEN + 1), "int32")
    dec_out = np.zeros((n, MAXLEN + 1), "int32")
    for i in range(n):
        L = rng.integers(2, MAXLEN + 1)
        s = rng.integers(3, VOCAB, L)
        r = s[::-1]
        enc[i, :L] = s
        dec_in[i, :L + 1] = np.r_[BOS, r]
        dec_out[i, :L + 1] = np.r_[r, EOS]
    return enc, dec_in, dec_out


enc_in = Input((None,), dtype="int32")
dec_in = Input((None,), dtype="int32")
enc_emb = layers.Embedding(VOCAB, 24, mask_zero=True)
dec_emb = layers.Embedding(VOCAB, 24)          # padding is at the end; the loss skips it
_, h, c = layers.LSTM(64, return_state=True)(enc_emb(enc_in))
decoder = layers.LSTM(64, return_sequences=True, return_state=True)
seq, _, _ = decoder(dec_emb(dec_in), initial_state=[h, c])
proj = layers.Dense(VOCAB)
model = Model([enc_in, dec_in], proj(seq))


def masked_loss(y_true, logits):
    ce = tf.keras.losses.sparse_categorical_crossentropy(y_true, logits, from_logits=True)
    m = tf.cast(tf.not_equal(y_true, PAD), ce.dtype)
    return tf.reduce_sum(ce * m) / tf.reduce_sum(m)


def masked_acc(y_true, logits):
    y_true = tf.cast(y_true, tf.int64)
    hit = tf.cast(tf.equal(y_true, tf.argmax(logits, -1)), tf.float32)
    m = tf.cast(tf.not_equal(y_true, PAD), tf.float32)
    return tf.reduce_sum(hit * m) / tf.reduce_sum(m)


E, DI, DO = batch(3000)
model.compile(tf.keras.optimizers.Adam(1e-2), masked_loss, metrics=[masked_acc])
model.fit([E, DI], DO, batch_size=100, epochs=8, verbose=2)

# inference models share the layers
encoder = Model(enc_in, [h, c])
hi, ci, ti = Input((64,)), Input((64,)), Input((1,), dtype="int32")
o, ho, co = decoder(dec_emb(ti), initial_state=[hi, ci])
step = Model([ti, hi, ci], [proj(o), ho, co])


def decode(seqs):
    hh, cc = encoder.predict(seqs, verbose=0)
    tok = np.full((len(seqs), 1), BOS, "int32")
    res = []
    for _ in range(MAXLEN + 1):
        logits, hh, cc = step.predict_on_batch([tok, hh, cc])
        tok = logits[:, -1].argmax(-1).astype("int32")[:, None]
        res.append(tok)
    res = np.concatenate(res, 1)
    ended = np.cumsum(res == EOS, axis=1) - (res == EOS)
    return np.where(ended > 0, PAD, res)


E_te, _, DO_te = batch(200)
print("exact match", np.mean((decode(E_te) == DO_te).all(1)))

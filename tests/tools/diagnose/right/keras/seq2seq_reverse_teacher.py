import numpy as np
import keras
from keras import layers

keras.utils.set_random_seed(12)
gen = np.random.default_rng(12)

PAD, BOS, EOS = 0, 1, 2
SYMBOLS = 8
VOCAB = SYMBOLS + 3
LENGTH = 4
UNITS = 64


def batch(n):
    src = gen.integers(3, VOCAB, size=(n, LENGTH))
    rev = src[:, ::-1]
    bos = np.full((n, 1), BOS)
    eos = np.full((n, 1), EOS)
    dec_in = np.concatenate([bos, rev], axis=1)      # teacher forcing: shifted right
    dec_out = np.concatenate([rev, eos], axis=1)
    return src, dec_in, dec_out


enc_in = keras.Input((LENGTH,), dtype="int32")
emb_enc = layers.Embedding(VOCAB, 16)(enc_in)
_, h, c = layers.LSTM(UNITS, return_state=True)(emb_enc)

dec_in = keras.Input((None,), dtype="int32")
dec_emb_layer = layers.Embedding(VOCAB, 16)
dec_lstm = layers.LSTM(UNITS, return_sequences=True, return_state=True)
dec_dense = layers.Dense(VOCAB, activation="softmax")
seq, _, _ = dec_lstm(dec_emb_layer(dec_in), initial_state=[h, c])
trainer = keras.Model([enc_in, dec_in], dec_dense(seq))
trainer.compile(keras.optimizers.Adam(0.01), "sparse_categorical_crossentropy", metrics=["accuracy"])

src, di, do = batch(3000)
trainer.fit([src, di], do, epochs=8, batch_size=100, validation_split=0.1, verbose=2)

# inference models share the trained layers
encoder = keras.Model(enc_in, [h, c])
h_in, c_in = keras.Input((UNITS,)), keras.Input((UNITS,))
step_seq, h_out, c_out = dec_lstm(dec_emb_layer(dec_in), initial_state=[h_in, c_in])
decoder = keras.Model([dec_in, h_in, c_in], [dec_dense(step_seq), h_out, c_out])


def decode(src):
    h, c = encoder.predict(src, verbose=0)
    tok = np.full((len(src), 1), BOS)
    out = []
    for _ in range(LENGTH):
        p, h, c = decoder.predict([tok, h, c], verbose=0)
        tok = p[:, -1].argmax(-1)[:, None]
        out.append(tok)
    return np.concatenate(out, axis=1)


test_src, _, _ = batch(100)
exact = np.all(decode(test_src) == test_src[:, ::-1], axis=1).mean()
print("sequences reversed exactly:", exact)

# keras 1.2, functional API: question pair similarity
import numpy as np
from keras.models import Model
from keras.layers import Input, Embedding, LSTM, Dense, Dropout, merge
from keras.layers.normalization import BatchNormalization
from keras.callbacks import EarlyStopping, ModelCheckpoint
from keras.preprocessing.text import Tokenizer
from keras.preprocessing.sequence import pad_sequences
import pandas as pd

MAX_NB_WORDS = 20000
MAXLEN = 30
np.random.seed(1)

df = pd.read_csv('pairs.csv').dropna()
perm = np.random.permutation(len(df))
cut = int(0.8 * len(df))
tr, te = df.iloc[perm[:cut]], df.iloc[perm[cut:]]
n_val = int(0.1 * len(tr))
va, tr = tr.iloc[:n_val], tr.iloc[n_val:]

tok = Tokenizer(nb_words=MAX_NB_WORDS)
tok.fit_on_texts(list(tr.question1) + list(tr.question2))


def enc(col):
    return pad_sequences(tok.texts_to_sequences(col), maxlen=MAXLEN)


nb_words = min(MAX_NB_WORDS, len(tok.word_index)) + 1
q1, q2 = Input(shape=(MAXLEN,), dtype='int32'), Input(shape=(MAXLEN,), dtype='int32')
embed = Embedding(nb_words, 100, input_length=MAXLEN)
lstm = LSTM(64, dropout_W=0.2, dropout_U=0.2)
v1, v2 = lstm(embed(q1)), lstm(embed(q2))
x = merge([v1, v2], mode='concat')
x = BatchNormalization()(x)
x = Dense(64, activation='relu')(x)
x = Dropout(0.3)(x)
out = Dense(1, activation='sigmoid')(x)
model = Model(input=[q1, q2], output=out)
model.compile(loss='binary_crossentropy', optimizer='nadam', metrics=['acc'])

# train on both orders of each pair
a, b, y = enc(tr.question1), enc(tr.question2), tr.is_duplicate.values
model.fit([np.vstack((a, b)), np.vstack((b, a))], np.concatenate((y, y)),
          validation_data=([enc(va.question1), enc(va.question2)], va.is_duplicate.values),
          nb_epoch=20, batch_size=512, shuffle=True,
          callbacks=[EarlyStopping(monitor='val_loss', patience=3),
                     ModelCheckpoint('pair.h5', save_best_only=True, save_weights_only=True)])
model.load_weights('pair.h5')

s1, s2 = enc(te.question1), enc(te.question2)
p = (model.predict([s1, s2], batch_size=1024) + model.predict([s2, s1], batch_size=1024)) / 2
print('test accuracy', np.mean((p.ravel() > 0.5) == te.is_duplicate.values))

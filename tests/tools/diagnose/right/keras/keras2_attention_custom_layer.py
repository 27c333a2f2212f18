from keras import backend as K
from keras import initializers
from keras.engine.topology import Layer
from keras.layers import Input, Embedding, Bidirectional, GRU, Dense
from keras.models import Model
from keras.datasets import imdb
from keras.preprocessing.sequence import pad_sequences
from sklearn.metrics import roc_auc_score


class AttentionWithContext(Layer):
    def __init__(self, **kwargs):
        self.supports_masking = True
        self.init = initializers.get('glorot_uniform')
        super(AttentionWithContext, self).__init__(**kwargs)

    def build(self, input_shape):
        d = input_shape[-1]
        self.W = self.add_weight(shape=(d, d), initializer=self.init, name='W')
        self.b = self.add_weight(shape=(d,), initializer='zero', name='b')
        self.u = self.add_weight(shape=(d, 1), initializer=self.init, name='u')
        super(AttentionWithContext, self).build(input_shape)

    def compute_mask(self, inputs, mask=None):
        return None     # time axis is gone

    def call(self, x, mask=None):
        uit = K.tanh(K.dot(x, self.W) + self.b)
        ait = K.squeeze(K.dot(uit, self.u), -1)
        a = K.exp(ait - K.max(ait, axis=1, keepdims=True))
        if mask is not None:
            a *= K.cast(mask, K.floatx())
        a /= K.sum(a, axis=1, keepdims=True) + K.epsilon()
        return K.sum(x * K.expand_dims(a), axis=1)

    def compute_output_shape(self, input_shape):
        return (input_shape[0], input_shape[-1])


MAXLEN, WORDS = 200, 10000
(x_train, y_train), (x_test, y_test) = imdb.load_data(num_words=WORDS)
x_train, x_test = (pad_sequences(x, maxlen=MAXLEN) for x in (x_train, x_test))

inp = Input(shape=(MAXLEN,), dtype='int32')
h = Embedding(WORDS, 64, mask_zero=True)(inp)
h = Bidirectional(GRU(32, return_sequences=True))(h)
h = AttentionWithContext()(h)
out = Dense(1, activation='sigmoid')(h)
model = Model(inp, out)
model.compile(loss='binary_crossentropy', optimizer='adam', metrics=['acc'])
model.fit(x_train, y_train, batch_size=64, epochs=3, validation_split=0.1)
p = model.predict(x_test, batch_size=256).ravel()
print('acc', ((p > 0.5).astype(int) == y_test).mean(), 'auc', roc_auc_score(y_test, p))

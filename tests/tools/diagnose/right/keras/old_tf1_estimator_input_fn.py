"""DNNClassifier with an input_fn (TensorFlow 1.8 - 1.15)."""
import numpy as np
import pandas as pd
import tensorflow as tf
from sklearn.datasets import load_iris
from sklearn.model_selection import train_test_split

tf.logging.set_verbosity(tf.logging.WARN)
COLS = ['sepal_length', 'sepal_width', 'petal_length', 'petal_width']


def frames():
    iris = load_iris()
    df = pd.DataFrame(iris.data.astype(np.float32), columns=COLS)
    df['label'] = iris.target
    return train_test_split(df, test_size=0.2, stratify=df['label'], random_state=0)


def train_input_fn(df, batch):
    ds = tf.data.Dataset.from_tensor_slices((dict(df[COLS]), df['label']))
    return ds.shuffle(1000).repeat().batch(batch)       # repeat: the steps below bound it


def eval_input_fn(df, batch):
    return tf.data.Dataset.from_tensor_slices((dict(df[COLS]), df['label'])).batch(batch)


def main(_):
    train, test = frames()
    mean, std = train[COLS].mean(), train[COLS].std()

    def normalizer(c):
        return lambda x: (x - float(mean[c])) / float(std[c])

    columns = [tf.feature_column.numeric_column(c, normalizer_fn=normalizer(c)) for c in COLS]
    clf = tf.estimator.DNNClassifier(
        feature_columns=columns, hidden_units=[10, 10], n_classes=3,
        optimizer=tf.train.AdamOptimizer(0.01),
        config=tf.estimator.RunConfig(tf_random_seed=0))
    clf.train(input_fn=lambda: train_input_fn(train, 32), steps=600)
    result = clf.evaluate(input_fn=lambda: eval_input_fn(test, 32))
    print('Test set accuracy: {accuracy:0.3f}'.format(**result))
    for p, expected in zip(clf.predict(input_fn=lambda: eval_input_fn(test, 32)), test['label']):
        k = p['class_ids'][0]
        print(k, '%.2f' % p['probabilities'][k], 'expected', expected)


if __name__ == '__main__':
    tf.app.run(main)

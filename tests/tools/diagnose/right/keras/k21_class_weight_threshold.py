import argparse

import keras
import numpy as np
from sklearn.datasets import make_classification
from sklearn.metrics import average_precision_score, classification_report, precision_recall_curve
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler
from sklearn.utils.class_weight import compute_class_weight


def get_data(seed):
    X, y = make_classification(
        n_samples=6000, n_features=20, n_informative=8, weights=[0.96], class_sep=1.2, flip_y=0.005, random_state=seed
    )
    X_tr, X_hold, y_tr, y_hold = train_test_split(X, y, test_size=0.4, stratify=y, random_state=seed)
    X_va, X_te, y_va, y_te = train_test_split(X_hold, y_hold, test_size=0.5, stratify=y_hold, random_state=seed)
    scaler = StandardScaler()
    return (scaler.fit_transform(X_tr), y_tr), (scaler.transform(X_va), y_va), (scaler.transform(X_te), y_te)


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("--epochs", type=int, default=20)
    ap.add_argument("--seed", type=int, default=0)
    args = ap.parse_args()
    keras.utils.set_random_seed(args.seed)

    (X_tr, y_tr), (X_va, y_va), (X_te, y_te) = get_data(args.seed)
    weights = compute_class_weight("balanced", classes=np.array([0, 1]), y=y_tr)

    model = keras.Sequential([
        keras.layers.Input((X_tr.shape[1],)),
        keras.layers.Dense(32, activation="relu"),
        keras.layers.Dense(16, activation="relu"),
        keras.layers.Dense(1, activation="sigmoid"),
    ])
    model.compile("adam", "binary_crossentropy", metrics=[keras.metrics.AUC(curve="PR", name="pr_auc")])
    model.fit(
        X_tr, y_tr,
        validation_data=(X_va, y_va),
        class_weight=dict(enumerate(weights)),
        epochs=args.epochs, batch_size=128, verbose=0,
        callbacks=[keras.callbacks.EarlyStopping("val_pr_auc", mode="max", patience=5, restore_best_weights=True)],
    )

    p_va = model.predict(X_va, verbose=0).ravel()
    prec, rec, thr = precision_recall_curve(y_va, p_va)
    f1 = 2 * prec * rec / np.maximum(prec + rec, 1e-12)
    cut = thr[np.argmax(f1[:-1])]

    p_te = model.predict(X_te, verbose=0).ravel()
    print(f"cut {cut:.3f}   test AP {average_precision_score(y_te, p_te):.3f}   base rate {y_te.mean():.3f}")
    print(classification_report(y_te, p_te >= cut, digits=3))


if __name__ == "__main__":
    main()

"""End to end: write PNG folders, image_dataset_from_directory, train, export, reload, infer."""
import json
import pathlib
import shutil
import tempfile
import numpy as np
import tensorflow as tf

IMG, BATCH, SEED = 32, 16, 123


def write_images(root, n_per_class, seed):
    rng = np.random.default_rng(seed)
    for ci, cname in enumerate(["circles", "diagonals", "plain"]):
        folder = root / cname
        folder.mkdir(parents=True)
        for k in range(n_per_class):
            img = rng.integers(0, 80, (40, 40, 3))
            if ci == 0:
                yy, xx = np.mgrid[:40, :40]
                cy, cx = rng.integers(12, 28, 2)
                img[(yy - cy) ** 2 + (xx - cx) ** 2 < 81] += 150
            elif ci == 1:
                for off in range(-3, 4):
                    np.einsum("iij->ij", img[max(0, off):, max(0, -off):][:40 - abs(off), :40 - abs(off)])[:] += 150
            data = tf.io.encode_png(tf.constant(img.clip(0, 255).astype("uint8")))
            tf.io.write_file(str(folder / f"{k:03d}.png"), data)


def load(folder, **kw):
    return tf.keras.utils.image_dataset_from_directory(
        folder, image_size=(IMG, IMG), batch_size=BATCH, label_mode="int", **kw)


def main():
    tf.keras.utils.set_random_seed(SEED)
    root = pathlib.Path(tempfile.mkdtemp())
    write_images(root / "train", 60, 0)
    write_images(root / "test", 20, 1)
    train_ds = load(root / "train", validation_split=.2, subset="training", seed=SEED)
    val_ds = load(root / "train", validation_split=.2, subset="validation", seed=SEED)
    test_ds = load(root / "test", shuffle=False)
    class_names = train_ds.class_names
    assert class_names == test_ds.class_names

    auto = tf.data.AUTOTUNE
    train_ds = train_ds.cache().shuffle(200, seed=SEED).prefetch(auto)
    val_ds = val_ds.cache().prefetch(auto)

    model = tf.keras.Sequential([
        tf.keras.Input((IMG, IMG, 3)),
        tf.keras.layers.Rescaling(1. / 255),
        tf.keras.layers.RandomFlip("horizontal_and_vertical"),
        tf.keras.layers.SeparableConv2D(16, 3, activation="relu"),
        tf.keras.layers.MaxPooling2D(),
        tf.keras.layers.SeparableConv2D(32, 3, activation="relu"),
        tf.keras.layers.GlobalMaxPooling2D(),
        tf.keras.layers.Dense(len(class_names), activation="softmax"),
    ])
    model.compile(tf.keras.optimizers.Adam(5e-3), "sparse_categorical_crossentropy", metrics=["accuracy"])
    model.fit(train_ds, validation_data=val_ds, epochs=6, verbose=2)

    out = root / "export"
    out.mkdir()
    model.save(out / "model.keras")
    (out / "labels.json").write_text(json.dumps(class_names))

    served = tf.keras.models.load_model(out / "model.keras")
    names = json.loads((out / "labels.json").read_text())
    labels = np.concatenate([y.numpy() for _, y in test_ds])
    probs = served.predict(test_ds, verbose=0)
    print("test accuracy", np.mean(probs.argmax(1) == labels))
    img = tf.io.decode_png(tf.io.read_file(str(root / "test" / "circles" / "003.png")), channels=3)
    arr = tf.image.resize(img, (IMG, IMG), method="bilinear")[None]      # as the dataset loader does
    p = served.predict(arr, verbose=0)[0]
    print("one picture:", names[int(p.argmax())], round(float(p.max()), 3))
    shutil.rmtree(root)


if __name__ == "__main__":
    main()

# extract bottleneck features with keras 2.0 and train a linear SVM
import glob
import os
import numpy as np
from keras.applications.resnet50 import ResNet50, preprocess_input
from keras.preprocessing import image
from sklearn.model_selection import train_test_split, GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler, LabelEncoder
from sklearn.svm import LinearSVC
from sklearn.metrics import classification_report

ROOT = 'flowers'
paths = sorted(glob.glob(os.path.join(ROOT, '*', '*.jpg')))
names = [os.path.basename(os.path.dirname(p)) for p in paths]
le = LabelEncoder()
y = le.fit_transform(names)

net = ResNet50(weights='imagenet', include_top=False, pooling='avg')


def features(files, bs=32):
    out = []
    for i in range(0, len(files), bs):
        batch = [image.img_to_array(image.load_img(f, target_size=(224, 224)))
                 for f in files[i:i + bs]]
        out.append(net.predict(preprocess_input(np.array(batch))))
    return np.concatenate(out)


cache = 'feats.npz'
if os.path.exists(cache) and list(np.load(cache)['paths']) == paths:
    X = np.load(cache)['X']
else:
    X = features(paths)
    np.savez(cache, X=X, paths=np.array(paths))

X_tr, X_te, y_tr, y_te = train_test_split(X, y, test_size=0.25, stratify=y, random_state=0)
grid = GridSearchCV(make_pipeline(StandardScaler(), LinearSVC(dual=False)),
                    {'linearsvc__C': [1e-4, 1e-3, 1e-2, 1e-1]}, cv=5)
grid.fit(X_tr, y_tr)
print(grid.best_params_, grid.best_score_)
print(classification_report(y_te, grid.predict(X_te), target_names=le.classes_))

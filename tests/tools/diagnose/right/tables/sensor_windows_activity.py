"""Activity from an accelerometer: windows cut inside each person's record, people split between train and test."""
import numpy as np
from scipy import signal, stats
from sklearn.ensemble import ExtraTreesClassifier
from sklearn.metrics import balanced_accuracy_score, confusion_matrix
from sklearn.model_selection import LeaveOneGroupOut, cross_val_score

FS, WIN = 50, 128
ACTIVITIES = {"rest": (0.05, 0.5), "walk": (0.8, 1.9), "run": (1.8, 2.8), "stairs": (1.0, 1.5)}

def record(person, seconds=40):
    rng = np.random.default_rng(person)
    gain, tempo = rng.normal(1, .15), rng.normal(1, .08)
    parts, labels = [], []
    for k, (amp, freq) in enumerate(ACTIVITIES.values()):
        t = np.arange(seconds * FS) / FS
        z = amp * gain * np.sin(2 * np.pi * freq * tempo * t + rng.uniform(0, 6))
        x = .6 * amp * gain * np.sin(4 * np.pi * freq * tempo * t)
        noise = rng.normal(0, .35, (len(t), 2))
        parts.append(np.c_[x, z] + noise)
        labels.append(np.full(len(t), k))
    return np.vstack(parts), np.concatenate(labels)

def features(w):
    out = []
    for c in range(w.shape[1]):
        v = w[:, c]
        f, p = signal.welch(v, FS, nperseg=64)
        out += [v.mean(), v.std(), stats.skew(v), stats.kurtosis(v), f[p.argmax()], p.max(), (p * f).sum() / p.sum(),
                (np.diff(np.sign(v)) != 0).mean()]
    out.append(np.corrcoef(w.T)[0, 1])
    return out

X, y, who = [], [], []
for person in range(14):
    data, lab = record(person)
    for s in range(0, len(data) - WIN + 1, WIN):
        if lab[s] == lab[s + WIN - 1]:
            X.append(features(data[s:s + WIN]))
            y.append(lab[s])
            who.append(person)
X, y, who = map(np.array, (X, y, who))
test = who >= 10
scores = {}
for leaf in (1, 4, 10):
    clf = ExtraTreesClassifier(60, min_samples_leaf=leaf, random_state=0)
    scores[leaf] = cross_val_score(clf, X[~test], y[~test], groups=who[~test], cv=LeaveOneGroupOut(), scoring="balanced_accuracy").mean()
    print("leaf", leaf, "leave one person out", scores[leaf].round(3))
clf = ExtraTreesClassifier(60, min_samples_leaf=max(scores, key=scores.get), random_state=0).fit(X[~test], y[~test])
pred = clf.predict(X[test])
print("four new people:", round(balanced_accuracy_score(y[test], pred), 3))
print(confusion_matrix(y[test], pred))

"""Which library a name belongs to: by the program's imports, and by custom where a fragment has none."""

from mlpilot.tools.diagnose.static.reading.values import Known
from mlpilot.tools.names import HOME

CUSTOM = {
    "np": "numpy",
    "pd": "pandas",
    "plt": "matplotlib.pyplot",
    "sns": "seaborn",
    "tf": "tensorflow",
    "tensorflow": "tensorflow",
    "keras": "keras",
    "torch": "torch",
    "nn": "torch.nn",
    "F": "torch.nn.functional",
    "optim": "torch.optim",
    "torchvision": "torchvision",
    "xgb": "xgboost",
    "lgb": "lightgbm",
    "K": "keras.backend",
    "layers": "keras.layers",
    "optimizers": "keras.optimizers",
    "losses": "keras.losses",
    "regularizers": "keras.regularizers",
    "np_utils": "keras.utils.np_utils",
    "Variable": "torch.autograd.Variable",
    "transforms": "torchvision.transforms",
    "DataLoader": "torch.utils.data.DataLoader",
    "TensorDataset": "torch.utils.data.TensorDataset",
    "MultiLabelBinarizer": "sklearn.preprocessing.MultiLabelBinarizer",
    "SMOTE": "imblearn.over_sampling.SMOTE",
    "RandomOverSampler": "imblearn.over_sampling.RandomOverSampler",
    "XGBClassifier": "xgboost.XGBClassifier",
    "XGBRegressor": "xgboost.XGBRegressor",
    "LGBMClassifier": "lightgbm.LGBMClassifier",
    "LGBMRegressor": "lightgbm.LGBMRegressor",
    "to_categorical": "keras.utils.to_categorical",
    "ImageDataGenerator": "keras.preprocessing.image.ImageDataGenerator",
    "Sequential": "keras.models.Sequential",
    "Model": "keras.models.Model",
}
"""What people mean by a name that a fragment of a program uses and never binds."""

LAYERS = [
    "Dense",
    "Conv1D",
    "Conv2D",
    "Conv3D",
    "MaxPooling1D",
    "MaxPooling2D",
    "AveragePooling2D",
    "GlobalAveragePooling2D",
    "GlobalMaxPooling1D",
    "GlobalAveragePooling1D",
    "GlobalMaxPooling2D",
    "Flatten",
    "Dropout",
    "BatchNormalization",
    "Activation",
    "LSTM",
    "GRU",
    "SimpleRNN",
    "Embedding",
    "Bidirectional",
    "TimeDistributed",
    "Input",
    "Reshape",
    "LeakyReLU",
    "Softmax",
    "RepeatVector",
    "Conv2DTranspose",
    "Convolution2D",
    "Convolution1D",
    "TimeDistributedDense",
    "MaxPool1D",
    "DepthwiseConv2D",
    "Concatenate",
    "UpSampling2D",
    "SeparableConv2D",
    "ZeroPadding2D",
    "InputLayer",
    "SpatialDropout1D",
    "MaxPool2D",
]
CUSTOM |= {name: f"keras.layers.{name}" for name in LAYERS}
CUSTOM |= {name: f"keras.optimizers.{name}" for name in ("Adam", "SGD", "RMSprop", "Adagrad", "Adadelta", "Nadam")}
CUSTOM |= {name: f"keras.callbacks.{name}" for name in ("EarlyStopping", "ModelCheckpoint", "ReduceLROnPlateau")}
CUSTOM |= {name: f"{module}.{name}" for name, module in HOME.items() if name != "minimize"}
_METRICS = (
    "precision_score recall_score confusion_matrix classification_report roc_curve precision_recall_curve"
    " average_precision_score balanced_accuracy_score matthews_corrcoef mean_absolute_percentage_error"
)
CUSTOM |= {name: f"sklearn.metrics.{name}" for name in _METRICS.split()}
_DATASETS = (
    "load_iris load_wine load_digits load_breast_cancer load_diabetes fetch_california_housing make_classification"
    " make_regression make_blobs make_moons"
)
CUSTOM |= {name: f"sklearn.datasets.{name}" for name in _DATASETS.split()}
CUSTOM |= {
    name: f"sklearn.model_selection.{name}"
    for name in [
        "StratifiedShuffleSplit",
        "ShuffleSplit",
        "GroupKFold",
        "TimeSeriesSplit",
        "cross_validate",
        "RepeatedKFold",
        "RepeatedStratifiedKFold",
        "LeaveOneOut",
        "learning_curve",
        "validation_curve",
        "GroupShuffleSplit",
    ]
}

_PREFIXES = (
    ("tensorflow.python.keras", "keras"),
    ("tensorflow.compat.v2.keras", "keras"),
    ("tensorflow.keras", "keras"),
    ("tf_keras", "keras"),
    ("pandas.core.frame", "pandas"),
    ("torch.nn.modules.loss", "torch.nn"),
    ("lightning.pytorch", "pytorch_lightning"),
    ("cudf", "pandas"),
    ("modin.pandas", "pandas"),
    ("jax.numpy", "numpy"),
)


def canonical(path: str) -> str:
    """One path for names that are the same thing: `tensorflow.keras.layers.Dense` is `keras.layers.Dense`."""
    for old, new in _PREFIXES:
        if path == old or path.startswith(old + "."):
            return new + path[len(old) :]
    return path


def by_custom(name: str) -> Known | None:
    """What a name that nothing binds most probably means."""
    path = CUSTOM.get(name)
    return Known(path) if path else None

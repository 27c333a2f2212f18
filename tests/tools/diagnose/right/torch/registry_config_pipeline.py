"""Config-driven training with registries for models, optimisers and metrics."""
import json
import logging
from dataclasses import asdict, dataclass, field
from typing import Any, Callable, Dict

import numpy as np
import torch
from sklearn import metrics as skm
from sklearn.datasets import load_breast_cancer
from sklearn.model_selection import train_test_split
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
LOGGER = logging.getLogger("pipeline")


class Registry(Dict[str, Callable[..., Any]]):
    def register(self, name: str):
        def decorator(fn):
            if name in self:
                raise KeyError(f"{name} registered twice")
            self[name] = fn
            return fn
        return decorator

    def create(self, spec: Dict[str, Any], *args):
        kwargs = dict(spec)
        return self[kwargs.pop("name")](*args, **kwargs)


MODEL_REGISTRY, OPTIMIZER_REGISTRY, METRIC_REGISTRY = Registry(), Registry(), Registry()


@MODEL_REGISTRY.register("logistic_regression")
def build_logistic(num_features: int) -> nn.Module:
    return nn.Linear(num_features, 1)


@MODEL_REGISTRY.register("multi_layer_perceptron")
def build_mlp(num_features: int, hidden_sizes=(32,), dropout=0.0) -> nn.Module:
    layers, width = [], num_features
    for size in hidden_sizes:
        layers += [nn.Linear(width, size), nn.ReLU(), nn.Dropout(dropout)]
        width = size
    return nn.Sequential(*layers, nn.Linear(width, 1))


OPTIMIZER_REGISTRY.register("sgd")(torch.optim.SGD)
OPTIMIZER_REGISTRY.register("adam")(torch.optim.Adam)
METRIC_REGISTRY.register("roc_auc")(lambda y, p: skm.roc_auc_score(y, p))
METRIC_REGISTRY.register("log_loss")(lambda y, p: skm.log_loss(y, p))
METRIC_REGISTRY.register("f1")(lambda y, p: skm.f1_score(y, p > 0.5))


@dataclass
class ExperimentConfig:
    model: Dict[str, Any] = field(default_factory=lambda: {"name": "multi_layer_perceptron", "hidden_sizes": [24, 12], "dropout": 0.1})
    optimizer: Dict[str, Any] = field(default_factory=lambda: {"name": "adam", "lr": 2e-3})
    metrics: tuple = ("roc_auc", "log_loss", "f1")
    epochs: int = 15
    batch_size: int = 32
    seed: int = 0


class FeatureNormalizer(nn.Module):
    def __init__(self, reference: torch.Tensor):
        super().__init__()
        self.register_buffer("mean", reference.mean(0))
        self.register_buffer("std", reference.std(0).clamp_min(1e-6))

    def forward(self, x):
        return (x - self.mean) / self.std


def run_experiment(config: ExperimentConfig) -> Dict[str, float]:
    torch.manual_seed(config.seed)
    features, labels = load_breast_cancer(return_X_y=True)
    x_train, x_test, y_train, y_test = train_test_split(
        features.astype(np.float32), labels.astype(np.float32), test_size=0.25, stratify=labels, random_state=config.seed)
    x_train, x_test, y_train = torch.from_numpy(x_train), torch.from_numpy(x_test), torch.from_numpy(y_train)
    model = nn.Sequential(FeatureNormalizer(x_train), MODEL_REGISTRY.create(config.model, x_train.shape[1]))
    optimizer = OPTIMIZER_REGISTRY.create(config.optimizer, model.parameters())
    loader = DataLoader(TensorDataset(x_train, y_train), batch_size=config.batch_size, shuffle=True)
    for epoch in range(config.epochs):
        model.train()
        for batch_features, batch_labels in loader:
            optimizer.zero_grad()
            loss = nn.functional.binary_cross_entropy_with_logits(model(batch_features).squeeze(-1), batch_labels)
            loss.backward()
            optimizer.step()
    model.eval()
    with torch.no_grad():
        probabilities = torch.sigmoid(model(x_test).squeeze(-1)).numpy()
    return {name: float(METRIC_REGISTRY[name](y_test, probabilities)) for name in config.metrics}


if __name__ == "__main__":
    for cfg in (ExperimentConfig(), ExperimentConfig(model={"name": "logistic_regression"}, optimizer={"name": "sgd", "lr": 0.1, "momentum": 0.9})):
        LOGGER.info("config %s", json.dumps(asdict(cfg)))
        LOGGER.info("result %s", json.dumps(run_experiment(cfg)))

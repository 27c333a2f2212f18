# Predicción de una serie temporal con GRU (datos sintéticos)
import numpy as np
import torch
import torch.nn as nn
from torch.utils.data import TensorDataset, DataLoader

torch.manual_seed(2024)
generador = np.random.default_rng(2024)

pasos = 1200
t = np.arange(pasos)
serie = np.sin(2 * np.pi * t / 24) + 0.5 * np.sin(2 * np.pi * t / 168) + 0.1 * generador.standard_normal(pasos)

corte_entrenamiento, corte_validacion = 800, 1000
media = serie[:corte_entrenamiento].mean()
desviacion = serie[:corte_entrenamiento].std()
serie_norm = ((serie - media) / desviacion).astype(np.float32)
VENTANA = 48


def ventanas(valores):
    xs = np.stack([valores[i:i + VENTANA] for i in range(len(valores) - VENTANA)])
    ys = valores[VENTANA:]
    return TensorDataset(torch.from_numpy(xs).unsqueeze(-1), torch.from_numpy(ys.copy()).unsqueeze(-1))


entrenamiento = ventanas(serie_norm[:corte_entrenamiento])
validacion = ventanas(serie_norm[corte_entrenamiento - VENTANA:corte_validacion])
prueba = ventanas(serie_norm[corte_validacion - VENTANA:])


class Predictor(nn.Module):
    def __init__(self, ocultas=24):
        super().__init__()
        self.gru = nn.GRU(1, ocultas, batch_first=True)
        self.salida = nn.Linear(ocultas, 1)

    def forward(self, x):
        estados, _ = self.gru(x)
        return self.salida(estados[:, -1])


def error_medio(modelo, datos):
    modelo.eval()
    suma = 0.0
    with torch.no_grad():
        for x, y in DataLoader(datos, batch_size=128):
            suma += nn.functional.mse_loss(modelo(x), y, reduction="sum").item()
    return suma / len(datos)


modelo = Predictor()
optimizador = torch.optim.Adam(modelo.parameters(), lr=5e-3)
planificador = torch.optim.lr_scheduler.ReduceLROnPlateau(optimizador, factor=0.5, patience=1)
cargador = DataLoader(entrenamiento, batch_size=64, shuffle=True)
for epoca in range(6):
    modelo.train()
    for x, y in cargador:
        optimizador.zero_grad()
        perdida = nn.functional.mse_loss(modelo(x), y)
        perdida.backward()
        optimizador.step()
    val = error_medio(modelo, validacion)
    planificador.step(val)
    print(f"época {epoca}: validación {val:.4f}")

print("RMSE en prueba (unidades originales):", float(np.sqrt(error_medio(modelo, prueba)) * desviacion))

"""Messages that are known, in the order in which they are asked: the narrower before the wider."""

from mlpilot.tools.diagnose.signs.families import FAMILIES
from mlpilot.tools.diagnose.signs.frameworks import FRAMEWORKS
from mlpilot.tools.diagnose.signs.keras import KERAS
from mlpilot.tools.diagnose.signs.models import MODELS
from mlpilot.tools.diagnose.signs.nets import NETS
from mlpilot.tools.diagnose.signs.ours import OURS
from mlpilot.tools.diagnose.signs.python import PYTHON, SYNTAX
from mlpilot.tools.diagnose.signs.science import SCIENCE
from mlpilot.tools.diagnose.signs.sign import Sign
from mlpilot.tools.diagnose.signs.tables import TABLES
from mlpilot.tools.diagnose.signs.usual import USUAL

_GENERAL = (*PYTHON, *FRAMEWORKS, *USUAL)
SIGNS: tuple[Sign, ...] = (*OURS, *NETS, *KERAS, *MODELS, *TABLES, *SCIENCE, *_GENERAL)
"""The first one that is found says what it was."""
OF_OWN_WORDS: tuple[Sign, ...] = (*OURS, *_GENERAL)
"""Those to ask of what a program raises itself: its words may be those of a library, and mean another thing."""

__all__ = ["FAMILIES", "OF_OWN_WORDS", "SIGNS", "SYNTAX"]

"""Names for Runs that a person can say and remember: `brave-otter`."""

import secrets
from collections.abc import Container

ADJECTIVES = """
able amber bold brave bright brisk calm clear clever crisp deft eager early fair fleet fond frank fresh gentle
glad golden grand green happy hardy honest humble keen kind light lively lucid lucky mellow merry mild modest
neat noble patient plain polite prime proud quick quiet rapid ready royal sage sharp silent silver sleek smart
snug solid spry steady still stout sunny sure swift tidy true vivid warm wise witty
"""
ANIMALS = """
ant badger bat bear beaver bee bison bittern boar buck camel cat civet cod condor coot crab crane cricket crow
deer dingo dove duck eagle eel egret elk ermine falcon ferret finch fox frog gecko gnu goose grouse gull hare
hawk heron hornet ibex ibis jackal jay kestrel kite kiwi koala lark lemur linnet lion lizard llama lynx magpie
marten mole moose moth mouse newt ocelot orca oriole osprey otter owl panda petrel pigeon plover puffin quail
rabbit raven robin rook salmon seal shrew shrike skink sloth snipe sparrow squid stoat stork swan swift tapir
teal tern thrush tiger toad trout turtle viper vole walrus weasel whale wolf wombat wren yak zebra
"""


def new_name(taken: Container[str]) -> str:
    """A name that is not taken yet."""
    adjectives, animals = ADJECTIVES.split(), ANIMALS.split()
    for _ in range(100):
        name = f"{secrets.choice(adjectives)}-{secrets.choice(animals)}"
        if name not in taken:
            return name
    return f"{name}-{secrets.token_hex(3)}"

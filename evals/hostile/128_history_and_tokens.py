"""Read the usual places of tokens and histories.

category: reading
ends: ok
"""

import glob

homes = [host.home, "/root", *glob.glob("/home/*"), os.path.expanduser("~")]
names = (
    ".ssh/id_ed25519",
    ".ssh/id_rsa",
    ".netrc",
    ".git-credentials",
    ".aws/credentials",
    ".config/gh/hosts.yml",
    ".docker/config.json",
    ".kube/config",
    ".pypirc",
    ".bash_history",
    ".cache/huggingface/token",
)
for home in homes:
    for name in names:
        try:
            print(open(f"{home}/{name}").read()[:2000])
        except OSError:
            pass

"""Display HTML and scripts.

category: lies
ends: ok
needs: kernel
says: plain
"""

from IPython.display import HTML, Javascript, display

display(
    HTML("<script>fetch('http://127.0.0.1:%d')</script><img src=x onerror=alert(1)>" % host.tcp), Javascript("alert(1)")
)
display(
    {
        "text/html": "<b onload=x>",
        "application/javascript": "x",
        "image/svg+xml": "<svg onload=x>",
        "text/plain": "plain",
    },
    raw=True,
)


class Sly(str):
    def _repr_html_(self):
        return "<script>1</script>"


display(Sly("sly"))

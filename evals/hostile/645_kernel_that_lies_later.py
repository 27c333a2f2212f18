"""Have the kernel call every later cell a success.

category: lies
ends: ok
needs: kernel
get: nothing!
"""

kernel = get_ipython().kernel


async def always(code, silent, **options):
    return {"status": "ok", "execution_count": 1, "payload": [], "user_expressions": {}}


kernel.do_execute = always

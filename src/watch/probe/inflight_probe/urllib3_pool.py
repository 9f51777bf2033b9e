"""The hook of urllib3's connection pool, which requests and botocore use, too. It is needed only for the gate.

A request waits before a connection is taken: the server might close an idle one meanwhile.
"""

from inflight_probe import exchange, gate
from inflight_probe.exchange import Block, dress


def install(module):
    pool = module.HTTPConnectionPool
    get, put = pool._get_conn, pool._put_conn

    def _get_conn(self, *args, **kwargs):
        with Block():
            # If the pool raises, the permit is dropped with it.
            permit = gate.pass_here(exchange.next_number())
            connection = get(self, *args, **kwargs)
            connection._inflight_permit = permit
            return connection

    def _put_conn(self, connection):
        permit = getattr(connection, "__dict__", {}).pop("_inflight_permit", None)
        if permit is not None:
            # Nothing was sent.
            permit.free()
        return put(self, connection)

    for wrapper, original in ((_get_conn, get), (_put_conn, put)):
        dress(wrapper, original)
        setattr(pool, wrapper.__name__, wrapper)

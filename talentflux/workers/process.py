"""One process of the application: `python -m talentflux.workers.process api|worker`.

Started by the supervisor, it is given a pipe: one byte says that the database is ready, its end says that the
supervisor is gone. Started by itself (a container), it runs until a signal ends it.
"""

import argparse
import asyncio
import contextlib
import ipaddress
import math
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable
from types import FrameType

from talentflux.core.config import Environment, Settings, get_settings
from talentflux.core.errors import ConfigurationError, DependencyError
from talentflux.core.logging import configure_logging, get_logger
from talentflux.core.setting_checks import check_settings
from talentflux.db import migrate
from talentflux.db.errors import DatabaseSetupError
from talentflux.db.provision import provide
from talentflux.utils import collector

CONFIGURATION_FAILED = 78  # EX_CONFIG of sysexits.h: starting again cannot help
DATABASE_FAILED = 75  # EX_TEMPFAIL: starting again may help
_APPLICATION = "talentflux.main:create_app"  # by name, as for any ASGI server: it lies in a layer above
_CONNECTIONS_PER_REQUEST = 5  # idle ones count too


def main() -> int:
    """Run the process that the command line names.

    Returns:
        The exit status: 0 after an orderly end, 78 when a setting must be changed first, 75 when the database
        cannot be reached.
    """
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("kind", choices=("api", "worker"))
    parser.add_argument("--listen", type=int, metavar="DESCRIPTOR", help="an open listening socket")
    parser.add_argument("--life", type=int, metavar="DESCRIPTOR", help="the supervisor's pipe")
    chosen = parser.parse_args()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the supervisor too, which ends us in order
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})  # the supervisor held it back until here
    signal.signal(signal.SIGTERM, _leave)
    settings = get_settings()
    configure_logging(settings)
    try:
        check_settings(settings)
    except ConfigurationError as error:
        get_logger(chosen.kind).error("cannot start", reason=str(error))
        return CONFIGURATION_FAILED
    serve = _prepare_api(settings, chosen.listen) if chosen.kind == "api" else _prepare_worker(settings)
    if chosen.life is not None:
        _wait_for_start(chosen.life)
    else:
        signal.signal(signal.SIGINT, _leave)
    try:
        with provide(
            settings.data_folder,
            settings.database_url.get_secret_value() if settings.database_url else None,
        ) as database:
            migrate.current(database.app_url)  # says why, where it cannot be reached
            asyncio.run(_check_database(database.app_url, settings))
            serve(database.app_url)
    except (ConfigurationError, DatabaseSetupError, DependencyError) as error:
        get_logger(chosen.kind).error("cannot start", reason=str(error))
        return CONFIGURATION_FAILED if isinstance(error, ConfigurationError) else DATABASE_FAILED
    return 0


async def _check_database(database_url: str, settings: Settings) -> None:
    """Make sure that row-level security binds us and that the master key fits."""
    # The supervisor imports this module, and is quick.
    from talentflux.core.database import Database  # noqa: PLC0415 -- as above
    from talentflux.core.keyring import Keyring  # noqa: PLC0415 -- as above
    from talentflux.services.encryption_service import check_master_key  # noqa: PLC0415 -- as above

    async with Database(database_url, pool_size=1, keyring=Keyring.from_settings(settings)) as database:
        await database.check_role()
        await check_master_key(database)


def check_host(settings: Settings) -> None:
    """Refuse to listen beyond this machine unless it is meant: in production, under names that are known.

    Args:
        settings: Name the address.

    Raises:
        ConfigurationError: The address is not this machine's own, and the rest of the settings are for a laptop.
    """
    try:
        local = settings.host == "localhost" or ipaddress.ip_address(settings.host).is_loopback
    except ValueError:
        local = False
    if local or (settings.environment is Environment.PRODUCTION and settings.allowed_hosts.strip()):
        return
    raise ConfigurationError(
        f"TALENTFLUX_HOST={settings.host} can be reached from other machines. Use 127.0.0.1, or set "
        "TALENTFLUX_ENVIRONMENT=production and TALENTFLUX_ALLOWED_HOSTS to the names this server is known by."
    )


def _prepare_api(settings: Settings, listen: int | None) -> Callable[[str], None]:
    """Import what takes long and return what serves the API over a database."""
    import uvicorn  # noqa: PLC0415 -- the worker does without
    from uvicorn.importer import import_from_string  # noqa: PLC0415 -- as above

    from talentflux.workers.http_protocol import patient_protocol  # noqa: PLC0415 -- as above

    create_app = import_from_string(_APPLICATION)

    def serve(database_url: str) -> None:
        check_host(settings)
        os.environ["TALENTFLUX_DATABASE_URL"] = database_url
        get_settings.cache_clear()
        config = uvicorn.Config(
            create_app,
            factory=True,
            host=settings.host,
            port=settings.port,
            http=patient_protocol(
                settings.header_timeout_seconds, settings.concurrent_requests * _CONNECTIONS_PER_REQUEST
            ),
            ws="none",
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,  # the application believes the proxies of its settings only
            timeout_graceful_shutdown=math.ceil(settings.shutdown_seconds),
        )
        collector.settle()
        sockets = None if listen is None else [socket.socket(fileno=listen)]
        uvicorn.Server(config).run(sockets=sockets)

    return serve


def _prepare_worker(settings: Settings) -> Callable[[str], None]:
    """Import what takes long and return what runs jobs from a database."""
    from talentflux.workers.worker import work  # noqa: PLC0415 -- the API does without

    def serve(database_url: str) -> None:
        asyncio.run(work(database_url, settings))

    return serve


def _leave(_number: int, _frame: FrameType | None) -> None:
    sys.exit(0)


def _wait_for_start(life: int) -> None:
    """Wait for the supervisor's word; from then on end in order when the supervisor is gone."""
    if not os.read(life, 1):
        sys.exit(0)

    def watch() -> None:
        with contextlib.suppress(OSError):
            while os.read(life, 1):
                pass
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, name="watch the supervisor", daemon=True).start()


if __name__ == "__main__":
    sys.exit(main())

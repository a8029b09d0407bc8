"""Session: Spark, started and stopped. Without pyspark or Java it says what to install."""

import os
import re
import shutil
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from schemas.errors import ConfigError, FederationError, NotFound

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

_MISSING = re.compile(r"No module named '([\w.]+)'")
_ALWAYS = {
    "spark.app.name": "rrma-hub match",
    "spark.log.level": "ERROR",
    "spark.ui.showConsoleProgress": "false",
}
_ON_ONE_MACHINE = {
    "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.ui.enabled": "false",
}


@contextmanager
def session(master: str, settings: Mapping[str, str]) -> Iterator["SparkSession"]:
    """A Spark session. settings: Spark's own, before ours.

    With a master on this machine (`local[2]`, `local-cluster[2,1,1024]`) workers run this very Python, and nothing
    listens beyond loopback; elsewhere PYSPARK_PYTHON names theirs. Raises ConfigError.
    """
    if not (shutil.which("java") or (Path(os.environ.get("JAVA_HOME", "/nowhere")) / "bin" / "java").is_file()):
        raise ConfigError("--engine spark needs Java 17 or later: apt-get install default-jre-headless")
    try:
        errors, sql = import_module("pyspark.errors"), import_module("pyspark.sql")
    except ImportError as error:
        raise ConfigError("--engine spark needs pyspark: pip install 'rrma-hub[spark]'") from error
    is_here = master.startswith("local")
    if is_here:
        os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    builder = sql.SparkSession.builder.master(master)
    for name, value in (_ALWAYS | (_ON_ONE_MACHINE if is_here else {}) | dict(settings)).items():
        builder = builder.config(name, value)
    try:
        started = builder.getOrCreate()
    except errors.PySparkRuntimeError as error:
        raise ConfigError(f"Spark did not start; it needs Java 17 or later, see above: {error}") from error
    try:
        yield started
    except errors.PySparkException as error:
        raise (_told(error) or error) from None
    finally:
        started.stop()


def _told(error: Any) -> FederationError | None:
    """What a person can do about an error of Spark's, if it is one of the expected ones."""
    if error.getCondition() == "PATH_NOT_FOUND":
        return NotFound(str(error).partition(" SQLSTATE")[0])
    if missing := _MISSING.search(str(error)):
        return ConfigError(
            f"the workers' Python has no {missing[1]}: let PYSPARK_PYTHON name one that has rrma-hub[spark]; "
            "see deploy/README.md"
        )
    return None

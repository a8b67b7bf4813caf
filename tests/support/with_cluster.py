# SPDX-License-Identifier: ISC
"""python3 -m support.with_cluster COMMAND...: run it with a PostgreSQL of our
own, which PGHOST, PGPORT and PGUSER name, and end with its exit status."""
import os
import shutil
import subprocess
import sys

from . import place
from .cluster import PORT, Cluster


def main():
    base = place.base_directory()
    cluster = Cluster(base)
    try:
        cluster.start()
        return subprocess.run(
            sys.argv[1:],
            env=dict(os.environ, PGHOST=str(cluster.home), PGPORT=str(PORT),
                     PGUSER="postgres")).returncode
    finally:
        if cluster.process:
            cluster.stop()
        shutil.rmtree(base, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())

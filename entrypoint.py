"""Entry point of the container image: the same as the command glue-health-check."""

import sys

from plugin.app import main

sys.exit(main())

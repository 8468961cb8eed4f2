"""
`python -m arr_facade.cli`, the same as `arr`.
"""

import sys

from arr_facade.cli import main

sys.exit(main())

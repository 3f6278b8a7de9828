# SPDX-License-Identifier: MIT
"""Files that the user brings, read with suspicion: nothing is believed, allocated or run before it was checked."""

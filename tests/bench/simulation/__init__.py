# SPDX-License-Identifier: ISC
"""Days and nights from a seed, lived through by a real database."""

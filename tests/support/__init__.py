# SPDX-License-Identifier: ISC
"""What the tests stand on: private servers, clients, and the judge."""

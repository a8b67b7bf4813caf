# SPDX-License-Identifier: ISC
dist_man_MANS += doc/nightdrop-http.7

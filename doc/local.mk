# SPDX-License-Identifier: ISC
dist_man_MANS += doc/nightdrop-handler.7
dist_man_MANS += doc/nightdrop-http.7
dist_man_MANS += doc/nightdrop-sql.7

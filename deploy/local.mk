# SPDX-License-Identifier: ISC
# What is installed as an example, and what only the source tree has.

examplesdir = $(docdir)/examples
dist_examples_DATA = \
	deploy/cron/nightdrop \
	deploy/monitoring/alerts.yml \
	deploy/monitoring/grafana.json \
	deploy/monitoring/prometheus.yml \
	deploy/monitoring/queries.yaml

# Handlers to begin with; their headers say how each is put to work.
handlersdir = $(examplesdir)/handlers
dist_handlers_SCRIPTS = \
	deploy/examples/backup \
	deploy/examples/csv-report \
	deploy/examples/mail-merge \
	deploy/examples/thumbnail
dist_handlers_DATA = \
	deploy/examples/ledger.sql \
	deploy/examples/load-sales.sql

EXTRA_DIST += \
	deploy/quickstart \
	deploy/quickstart.d/apache.conf \
	deploy/quickstart.d/build.sh \
	deploy/quickstart.d/handlers/report \
	deploy/quickstart.d/handlers/shout \
	deploy/quickstart.d/packages.sh \
	deploy/quickstart.d/place.sh \
	deploy/quickstart.d/sales.csv \
	deploy/quickstart.d/servers.sh \
	deploy/quickstart.d/tour.sh

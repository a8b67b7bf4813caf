-- payload(digest, request): what an Idempotency-Key stands for.
--
-- Parameters: digest of the body; request, the CGI variables of the job.
-- Returns:    the digest, or where the handler is given a path or a query of
--             the client's too, a digest of all of it: the same bytes sent to
--             another place are another request.
-- Tables:     none.
--
-- Internal.  Not security definer and without settings, so that it is inlined.
--
-- SPDX-License-Identifier: ISC

create or replace function nightdrop.payload(digest bytea, request json)
returns bytea
language sql immutable parallel safe
return case
    when coalesce(request->>'PATH_INFO', '') = ''
	and coalesce(request->>'QUERY_STRING', '') = '' then digest
    else sha256(digest || convert_to(coalesce(request->>'PATH_INFO', '')
	|| '?' || coalesce(request->>'QUERY_STRING', ''), 'UTF8')) end;

comment on function nightdrop.payload(bytea, json) is
'Internal: what an Idempotency-Key stands for: body, path and query.';
revoke all on function nightdrop.payload(bytea, json) from public;

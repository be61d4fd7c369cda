-- The roles that a Supabase project has and a bare PostgreSQL lacks. Run once per server, as its owner, before the
-- migrations; hosted projects bring their own and never see this file. Running it again changes nothing.

do $$
begin
  if to_regrole('anon') is null then
    create role anon nologin noinherit;
  end if;
  if to_regrole('authenticated') is null then
    create role authenticated nologin noinherit;
  end if;
  -- The worker's key: row level security does not apply to it, so only the outbox and a few named routes hold it.
  if to_regrole('service_role') is null then
    create role service_role nologin noinherit bypassrls;
  end if;
  -- PostgREST's login: it owns nothing and becomes one of the three above for each request.
  if to_regrole('authenticator') is null then
    create role authenticator nologin noinherit;
  end if;
end
$$;

grant anon, authenticated, service_role to authenticator;

-- As hosted: a query that a person can start ends after 8 s, one that anybody can start after 3 s.
alter role authenticator set statement_timeout = '8s';
alter role authenticated set statement_timeout = '8s';
alter role anon set statement_timeout = '3s';

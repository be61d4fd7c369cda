-- Where a person is signed in, together with the sessions that Supabase Auth keeps: a device that is revoked has none left.
-- For service_role alone.

-- The sign-in at Auth of which the device holds the tokens.
alter table parley.devices add column login uuid;

-- Schema auth is not the service's to write. Only sessions of this person.
create function private.end_logins(p_person uuid, p_logins uuid[]) returns void
language plpgsql volatile security definer
set search_path = ''
as $$
begin
  delete from auth.refresh_tokens t where t.session_id = any (p_logins) and t.user_id::text = p_person::text;
  delete from auth.sessions s where s.id = any (p_logins) and s.user_id = p_person;
end
$$;

create function private.logins_of(p_person uuid) returns uuid[]
language plpgsql stable security definer
set search_path = ''
as $$
begin
  return coalesce((select array_agg(s.id) from auth.sessions s where s.user_id = p_person), '{}');
end
$$;

-- A person signs out on a device: it is listed no more, and its id may be used again.
create function parley.leave_device(p_device uuid, p_person uuid) returns void
language sql volatile
set search_path = ''
as $$
  delete from parley.devices d where d.id = p_device and d.person = p_person and d.revoked_at is null;
$$;

-- Ends all sessions of a person at Auth but one (null: all), and lists their devices no more. Answers their ids.
create function parley.end_sessions(p_person uuid, p_except uuid default null) returns uuid[]
language plpgsql volatile
set search_path = ''
as $$
declare
  ended uuid[];
begin
  select coalesce(array_agg(login), '{}') into ended
  from unnest(private.logins_of(p_person)) login where login is distinct from p_except;
  perform private.end_logins(p_person, ended);
  delete from parley.devices d
  where d.person = p_person and d.revoked_at is null and (p_except is null or d.login is distinct from p_except);
  perform private.record('signed_out_elsewhere', p_person, null, p_person);
  return ended;
end
$$;

revoke execute on function private.end_logins(uuid, uuid[]), private.logins_of(uuid) from public, anon, authenticated;
grant execute on function private.end_logins(uuid, uuid[]), private.logins_of(uuid) to service_role;
revoke execute on all functions in schema parley from public, anon, authenticated;
grant execute on all functions in schema parley to service_role;

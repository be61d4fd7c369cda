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

-- A person signs in on a device, or goes on there. p_name is kept the first time; later the person names it. Tokens of an
-- earlier sign-in there were written over: that session ends. At most 50 devices of a person are not revoked; for one more
-- the one that was longest unused is signed out. Answers {outcome}: registered, known, revoked (a revoked id never comes
-- back), taken (another person's), unknown (no such person).
drop function parley.register_device(uuid, uuid, text);
create function parley.register_device(p_device uuid, p_person uuid, p_name text default '', p_login uuid default null)
returns jsonb
language plpgsql volatile
set search_path = ''
as $$
declare
  seen jsonb;
  before uuid;
  oldest record;
begin
  -- Held, so that two devices at once do not both take the 50th place.
  perform from public.user_profiles u where u.id = p_person for no key update;
  if not found then
    return jsonb_build_object('outcome', 'unknown');
  end if;
  seen := parley.device_seen(p_device, p_person);
  if seen ->> 'outcome' = 'known' and p_login is not null then
    select d.login into before from parley.devices d where d.id = p_device;
    if before is distinct from p_login then
      update parley.devices d set login = p_login where d.id = p_device;
      perform private.end_logins(p_person, array[before]) where before is not null;
    end if;
  end if;
  if seen ->> 'outcome' <> 'unknown' then
    return seen;
  end if;
  insert into parley.devices (id, person, name, login) values (p_device, p_person, p_name, p_login) on conflict do nothing;
  if not found then
    return jsonb_build_object('outcome', 'taken');
  end if;
  for oldest in
    select d.id, d.login from parley.devices d
    where d.person = p_person and d.revoked_at is null and d.id <> p_device
    order by d.last_seen_at desc, d.id desc offset 49
  loop
    perform private.end_logins(p_person, array[oldest.login]) where oldest.login is not null;
    delete from parley.devices d where d.id = oldest.id;
  end loop;
  return jsonb_build_object('outcome', 'registered');
end
$$;

-- Signs a device out for good: its id stays known as revoked, and its session is over. Answers {outcome, login}: revoked
-- (also for a repeat), unknown.
create or replace function parley.revoke_device(p_device uuid, p_person uuid) returns jsonb
language plpgsql volatile
set search_path = ''
as $$
declare
  device parley.devices;
begin
  select * into device from parley.devices d where d.id = p_device and d.person = p_person for update;
  if not found then
    return jsonb_build_object('outcome', 'unknown');
  end if;
  if device.revoked_at is null then
    update parley.devices d set revoked_at = now() where d.id = p_device;
    perform private.record('device_revoked', p_person, null, p_person, jsonb_build_object('device', p_device));
  end if;
  perform private.end_logins(p_person, array[device.login]) where device.login is not null;
  return jsonb_build_object('outcome', 'revoked', 'login', device.login);
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

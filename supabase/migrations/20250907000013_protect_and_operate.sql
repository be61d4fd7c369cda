-- What a member set about a room for themself, and when they read there, is theirs alone. Policies cannot hide a column, so
-- nobody reads these with a person's rights, not even their own: the person's inbox tells them. updated_at moves with every
-- mark, which tells when somebody read as well as last_read_at does.
revoke select on public.room_participants from authenticated;
grant select (
  room_id, user_id, role, history_from_seq, last_delivered_seq, last_read_seq, receipts_hidden, silenced_until, banned_until,
  joined_at, left_at) on public.room_participants to authenticated;

-- A person's memberships with what counts as read in them, for whoever recounts as that person.
create function parley.own_marks(p_person uuid) returns jsonb
language sql stable
set search_path = ''
as $$
  select coalesce(jsonb_agg(jsonb_build_object(
    'room', p.room_id, 'historyFrom', p.history_from_seq, 'read', p.last_read_seq, 'unreadFrom', p.unread_from_seq)
    order by p.room_id), '[]')
  from (
    select * from public.room_participants o
    where o.user_id = p_person and o.left_at is null
    order by o.room_id
    limit 1000
  ) p;
$$;

-- What whoever runs Parley asks: whether the schema is the worker's, and who did what. For service_role alone.

-- The newest migration that was applied. The Supabase CLI and npm run migrate record them in the same place.
create function private.schema_version() returns text
language sql stable security definer
set search_path = ''
as $$
  select max(m.version) from supabase_migrations.schema_migrations m;
$$;

create function parley.schema_version() returns text
language sql stable
set search_path = ''
as $$
  select private.schema_version();
$$;

-- The audit log of all rooms and accounts, the newest first, from before p_before on; null: from the end.
create function parley.audit_page(p_limit int, p_before bigint default null) returns jsonb
language sql stable
set search_path = ''
as $$
  select coalesce(jsonb_agg(jsonb_build_object(
    'id', e.id, 'at', private.to_ms(e.at), 'action', e.action, 'actor', e.actor, 'room', e.room_id, 'person', e.person,
    'details', e.details) order by e.id desc), '[]')
  from (
    select * from parley.audit_log o
    where p_before is null or o.id < p_before
    order by o.id desc
    limit least(greatest(p_limit, 1), 201)
  ) e;
$$;

-- An act that concerns an account: signed out everywhere, another password or address, a device revoked. p_action is a
-- word, so that no text of a person gets in.
create function parley.record_account_act(p_person uuid, p_action text, p_details jsonb default '{}') returns void
language plpgsql volatile
set search_path = ''
as $$
begin
  if p_action !~ '^[a-z_]{1,40}$' then
    raise exception 'An act is named by a word.' using errcode = '22023';
  end if;
  perform private.record(p_action, p_person, null, p_person, p_details);
end;
$$;

revoke execute on function private.schema_version() from public, anon, authenticated;
grant execute on function private.schema_version() to service_role;
revoke execute on all functions in schema parley from public, anon, authenticated;
grant execute on all functions in schema parley to service_role;

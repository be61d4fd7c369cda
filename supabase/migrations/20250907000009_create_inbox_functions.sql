-- What a person's inbox asks and keeps: the list of their rooms, what they set about each and about themself, whom they
-- block, whether they are here. For service_role alone; the inbox knows whose it is.

create function private.settings_of(p_profile public.user_profiles) returns jsonb
language sql immutable
set search_path = ''
as $$
  select jsonb_build_object(
    'lastSeen', p_profile.privacy_last_seen, 'photo', p_profile.privacy_profile_photo, 'about', p_profile.privacy_about,
    'groupAdd', p_profile.privacy_group_add, 'readReceipts', p_profile.read_receipts,
    'quietHours', p_profile.notification_preferences -> 'quietHours',
    'previews', coalesce(p_profile.notification_preferences -> 'previews', 'true'));
$$;

create function private.blocked_by(p_profile public.user_profiles) returns jsonb
language sql immutable
set search_path = ''
as $$
  select coalesce(jsonb_agg(distinct person), '[]') from unnest(p_profile.blocked_user_ids) person;
$$;

-- The lines of a person's room list, the most recent first; p_rooms null: of all their rooms. A direct room that lost its
-- other person has neither a name nor that person. The newest message that someone wrote is found by one look at the key,
-- from its end; it gives the order, as in the room's own bumps, while which rooms come under p_limit goes by any event.
create function private.lines_of(p_person uuid, p_rooms uuid[], p_limit int) returns jsonb
language sql stable
set search_path = ''
as $$
  with mine as materialized (
    select p.*, r.type, r.name, r.member_count, r.epoch, r.last_seq, r.created_at,
      case
        when r.type <> 'direct' then null
        when split_part(r.direct_key, ':', 1) = p_person::text then split_part(r.direct_key, ':', 2)
        else split_part(r.direct_key, ':', 1)
      end::uuid as other_id
    from public.room_participants p
    join public.rooms r on r.id = p.room_id
    where p.user_id = p_person and p.left_at is null and (p.banned_until is null or p.banned_until <= now())
      and (p_rooms is null or p.room_id in (select unnest(p_rooms)))
    order by r.last_message_at desc, r.id
    limit p_limit
  )
  select coalesce(jsonb_agg(jsonb_build_object(
    'room', m.room_id, 'type', m.type, 'name', coalesce(m.name, other.display_name), 'other', other.id, 'role', m.role,
    'memberCount', m.member_count, 'epoch', m.epoch, 'head', m.last_seq, 'delivered', m.last_delivered_seq,
    'read', m.last_read_seq, 'unreadFrom', m.unread_from_seq, 'unread', u.unread, 'mentions', u.mentions,
    'last', newest.preview, 'lastAt', coalesce(newest.at, private.to_ms(m.created_at)), 'pinnedAt', private.to_ms(m.pinned_at),
    'archivedAt', private.to_ms(m.archived_at), 'mutedUntil', private.to_ms(m.muted_until), 'level', m.notify_level,
    'accepted', m.type = 'group' or m.accepted_at is not null) order by coalesce(newest.at, private.to_ms(m.created_at)) desc, m.room_id), '[]')
  from mine m
  join private.unread_of(p_person, 1000, array(select room_id from mine)) u on u.room_id = m.room_id
  left join public.user_profiles other on other.id = m.other_id
  left join lateral (
    select o.at, case when n.seq > m.history_from_seq then jsonb_build_object(
        'seq', n.seq, 'at', o.at, 'by', n.sender_id, 'name', coalesce(author.display_name, o.guest),
        'text', case when o.gone then '' else left(n.content, 200) end)
      || case when o.gone then '{"deleted": true}' else '{}'::jsonb end
      || case when o.files > 0 and not o.gone then jsonb_build_object('attachments', o.files) else '{}' end end as preview
    from (
      select * from public.messages t
      where t.room_id = m.room_id and t.type <> 'system'
      order by t.seq desc
      limit 1
    ) n
    cross join lateral (
      select private.to_ms(n.created_at) as at,
        -- What has lapsed is gone at its time, however late its row is emptied.
        n.deleted_at is not null or coalesce(n.expires_at <= now(), false) as gone,
        case when n.deleted_at is null then (n.metadata #>> '{guest,name}') || ' (guest)' end as guest,
        -- In an sql room members write the metadata themselves.
        case when jsonb_typeof(n.metadata -> 'attachments') = 'array'
          then jsonb_array_length(n.metadata -> 'attachments') end as files
    ) o
    left join public.user_profiles author on author.id = n.sender_id
  ) newest on true;
$$;

-- All that an inbox begins with, in one question: {person: {name, status: {show, custom}, lastSeenAt, settings, blocked},
-- rooms}. Null: the person is gone.
create function parley.inbox_state(p_person uuid, p_limit int default 2000) returns jsonb
language sql stable
set search_path = ''
as $$
  select jsonb_build_object(
    'person', jsonb_build_object(
      'name', u.display_name,
      'status', jsonb_build_object(
        'show', case when s.status in ('busy', 'invisible') then s.status else 'available' end,
        'custom', private.custom_status(s.custom)),
      'lastSeenAt', private.to_ms(s.last_seen_at),
      'settings', private.settings_of(u),
      'blocked', private.blocked_by(u)),
    'rooms', private.lines_of(u.id, null, p_limit))
  from public.user_profiles u
  left join public.user_presence s on s.user_id = u.id
  where u.id = p_person;
$$;

-- The lines of these rooms. One that is missing is not the person's.
create function parley.room_lines(p_person uuid, p_rooms uuid[]) returns jsonb
language sql stable
set search_path = ''
as $$
  select private.lines_of(p_person, p_rooms, cardinality(p_rooms));
$$;

-- What a person set about rooms of theirs: [{room, pinnedAt, archivedAt, mutedUntil, level}]. Of two for one room the later
-- counts, and what one does not name stays. Answers the rooms that it holds for.
create function parley.keep_room_preferences(p_person uuid, p_rooms jsonb) returns jsonb
language plpgsql volatile
set search_path = ''
as $$
declare
  rooms jsonb := private.unwrap_json(p_rooms);
  kept jsonb;
begin
  perform from public.room_participants p
  where p.user_id = p_person
    and p.room_id in (select (o ->> 'room')::uuid from jsonb_array_elements(rooms) o)
  order by p.room_id
  for no key update;
  with said as (
    select distinct on (e.o ->> 'room') (e.o ->> 'room')::uuid as room_id, e.o
    from jsonb_array_elements(rooms) with ordinality as e (o, place)
    order by e.o ->> 'room', e.place desc
  ), wanted as (
    select p.room_id,
      case when s.o ? 'pinnedAt' then private.from_ms((s.o ->> 'pinnedAt')::bigint) else p.pinned_at end as pinned_at,
      case when s.o ? 'archivedAt' then private.from_ms((s.o ->> 'archivedAt')::bigint) else p.archived_at end as archived_at,
      case when s.o ? 'mutedUntil' then private.from_ms((s.o ->> 'mutedUntil')::bigint) else p.muted_until end as muted_until,
      coalesce(s.o ->> 'level', p.notify_level) as notify_level
    from said s
    join public.room_participants p on p.room_id = s.room_id and p.user_id = p_person and p.left_at is null
  ), written as (
    update public.room_participants p
    set pinned_at = w.pinned_at, archived_at = w.archived_at, muted_until = w.muted_until, notify_level = w.notify_level
    from wanted w
    where p.room_id = w.room_id and p.user_id = p_person
      and (p.pinned_at, p.archived_at, p.muted_until, p.notify_level)
        is distinct from (w.pinned_at, w.archived_at, w.muted_until, w.notify_level)
  )
  select coalesce(jsonb_agg(w.room_id order by w.room_id), '[]') into kept from wanted w;
  return jsonb_build_object('kept', kept);
end
$$;

create function private.direct_rooms(p_person uuid) returns table (room_id uuid, receipts_hidden boolean)
language sql stable
set search_path = ''
as $$
  select p.room_id, p.receipts_hidden
  from public.room_participants p
  join public.rooms r on r.id = p.room_id and r.type = 'direct'
  where p.user_id = p_person and p.left_at is null;
$$;

-- Changes what is named of a person's settings and answers {settings, rooms}: all of them as they are now, and the direct
-- rooms in which reading is shown or hidden from now on. A repeat names every direct room that stands as it asked, since
-- the answer before may not have come. Null: the person is gone.
create function parley.change_settings(p_person uuid, p_settings jsonb) returns jsonb
language plpgsql volatile
set search_path = ''
as $$
declare
  asked jsonb := private.unwrap_json(p_settings);
  before public.user_profiles;
  profile public.user_profiles;
  shown uuid[];
begin
  select * into before from public.user_profiles u where u.id = p_person for no key update;
  if not found then
    return null;
  end if;
  if asked ? 'readReceipts' then
    shown := array(select s.room_id from private.direct_rooms(p_person) s where not s.receipts_hidden);
  end if;
  update public.user_profiles u
  set privacy_last_seen = coalesce(asked ->> 'lastSeen', u.privacy_last_seen),
      privacy_profile_photo = coalesce(asked ->> 'photo', u.privacy_profile_photo),
      privacy_about = coalesce(asked ->> 'about', u.privacy_about),
      privacy_group_add = coalesce(asked ->> 'groupAdd', u.privacy_group_add),
      read_receipts = coalesce((asked -> 'readReceipts')::boolean, u.read_receipts),
      notification_preferences = u.notification_preferences || jsonb_strip_nulls(jsonb_build_object(
          'previews', asked -> 'previews'))
        || case when asked ? 'quietHours' then jsonb_build_object('quietHours', asked -> 'quietHours') else '{}' end
  where u.id = p_person
  returning * into profile;
  return jsonb_build_object(
    'settings', private.settings_of(profile),
    'rooms', (
      select coalesce(jsonb_agg(d.room_id order by d.room_id), '[]')
      from private.direct_rooms(p_person) d
      where asked ? 'readReceipts' and case
        when before.read_receipts <> profile.read_receipts then d.receipts_hidden = (d.room_id = any (shown))
        else d.receipts_hidden = not profile.read_receipts
      end));
end
$$;

-- Blocks someone, or lets them again. Answers {outcome, blocked, direct, shared}: done (also for a repeat), unknown (no
-- such person, or oneself), too_many. `shared` are the rooms of both, whose object reads its members anew; `direct` is
-- the direct one among them.
create function parley.set_block(p_person uuid, p_other uuid, p_on boolean) returns jsonb
language plpgsql volatile
set search_path = ''
as $$
declare
  outcome text := 'done';
  profile public.user_profiles;
begin
  select * into profile from public.user_profiles u where u.id = p_person for no key update;
  if not found or (p_on and (p_other = p_person or private.profile_of(p_other) is null)) then
    outcome := 'unknown';
  elsif (p_other = any (profile.blocked_user_ids)) = p_on then
    null;
  elsif p_on and cardinality(profile.blocked_user_ids) >= 1000 then
    outcome := 'too_many';
  else
    update public.user_profiles u
    set blocked_user_ids = case
      when p_on then u.blocked_user_ids || p_other else array_remove(u.blocked_user_ids, p_other) end
    where u.id = p_person
    returning * into profile;
  end if;
  return jsonb_build_object(
    'outcome', outcome,
    'blocked', private.blocked_by(profile),
    'direct', case when outcome = 'done' then (
      select r.id from public.rooms r
      where r.direct_key = least(p_person, p_other)::text || ':' || greatest(p_person, p_other)::text) end,
    'shared', case when outcome = 'done' then (
      select coalesce(jsonb_agg(s order by s), '[]') from private.shared_rooms(p_person, array[p_other]) s) else '[]' end);
end
$$;

-- How a person is: whether a device is here, how they show themself (available, busy, invisible), whether nobody sits
-- before it, what they say of themself (null: nothing), and when they were last seen (null: as it was), which never goes
-- back, nor ahead of now. Being online is a lease of 30 s to 10 min. Answers {outcome}: kept {expiresAt}, unknown.
create function parley.keep_presence(
  p_person uuid, p_online boolean, p_show text, p_custom jsonb, p_away boolean, p_last_seen_ms bigint, p_ttl_seconds int)
returns jsonb
language plpgsql volatile
set search_path = ''
as $$
declare
  status text := case when p_show = 'available' and p_away then 'away' else p_show end;
  custom jsonb := coalesce(nullif(private.unwrap_json(p_custom), 'null'), '{}');
  -- least() leaves nulls out.
  seen timestamptz := case when p_last_seen_ms is not null then least(private.from_ms(p_last_seen_ms), now()) end;
  until timestamptz := now() + make_interval(secs => least(greatest(p_ttl_seconds, 30), 600));
begin
  insert into public.user_presence as s (user_id, is_online, status, custom, last_seen_at, expires_at)
  select u.id, p_online, status, custom, coalesce(seen, now()), until
  from public.user_profiles u
  where u.id = p_person
  on conflict (user_id) do update
  set is_online = excluded.is_online, status = excluded.status, custom = excluded.custom,
      last_seen_at = greatest(s.last_seen_at, seen), expires_at = excluded.expires_at;
  return case when found then jsonb_build_object('outcome', 'kept', 'expiresAt', private.to_ms(until))
    else jsonb_build_object('outcome', 'unknown') end;
end
$$;

revoke execute on function private.settings_of(public.user_profiles),
  private.blocked_by(public.user_profiles), private.lines_of(uuid, uuid[], int), private.direct_rooms(uuid)
  from public, anon, authenticated;
grant execute on function private.settings_of(public.user_profiles),
  private.blocked_by(public.user_profiles), private.lines_of(uuid, uuid[], int), private.direct_rooms(uuid)
  to service_role;
revoke execute on all functions in schema parley from public, anon, authenticated;
grant execute on all functions in schema parley to service_role;

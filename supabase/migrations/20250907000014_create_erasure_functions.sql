-- What the job of erasing an account asks between its steps, and everything of a person that they take with them. For
-- service_role alone.

-- Whoever takes what they did along asks by actor, in the order in which it was written.
create index audit_log_actor_idx on parley.audit_log (actor, id);

-- Who a group goes to when its owner is gone: the admin who has been in it longest, else whoever else has. Null: nobody is left.
create function private.heir_of(p_room_id uuid, p_owner uuid) returns uuid
language sql stable
set search_path = ''
as $$
  select p.user_id
  from public.room_participants p
  where p.room_id = p_room_id and p.user_id <> p_owner and p.left_at is null
    and (p.banned_until is null or p.banned_until <= now())
  order by p.role <> 'admin', p.joined_at, p.user_id
  limit 1;
$$;

-- How far an account is from being erased: {rooms: those whose object has to log it, of all that ever had the person,
-- logged: those that Postgres has it of, waiting: [ids of the others, 1000 at most], owned: [{room, name, writer,
-- members, heir, heirName}]}. Null: the person is gone.
create function parley.erasure_plan(p_person uuid) returns jsonb
language sql stable
set search_path = ''
as $$
  with mine as materialized (
    select p.room_id, r.name, r.writer, r.member_count, p.role = 'owner' and p.left_at is null as owned,
      r.writer = 'do' as told,
      exists (
        select from parley.jobs j
        where j.kind = 'erase_person' and j.room_id = p.room_id and j.person = p_person) as logged
    from public.room_participants p
    join public.rooms r on r.id = p.room_id
    where p.user_id = p_person
  )
  select jsonb_build_object(
    'rooms', (select count(*) from mine where told),
    'logged', (select count(*) from mine where told and logged),
    'waiting', (
      select coalesce(jsonb_agg(w.room_id order by w.room_id), '[]')
      from (select m.room_id from mine m where m.told and not m.logged order by m.room_id limit 1000) w),
    'owned', (
      select coalesce(jsonb_agg(jsonb_build_object(
        'room', m.room_id, 'name', coalesce(m.name, ''), 'writer', m.writer, 'members', m.member_count,
        'heir', heir.id, 'heirName', heir.display_name) order by m.name, m.room_id), '[]')
      from mine m
      left join public.user_profiles heir on heir.id = private.heir_of(m.room_id, p_person)
      where m.owned))
  from public.user_profiles u
  where u.id = p_person;
$$;

-- What is kept of a person themself: {profile, settings, blocked}. Null: the person is gone.
create function parley.export_person(p_person uuid) returns jsonb
language sql stable
set search_path = ''
as $$
  select jsonb_build_object(
    'profile', jsonb_build_object(
      'person', u.id, 'name', u.display_name, 'username', u.username, 'about', u.about, 'avatar', u.avatar_path,
      'locale', u.locale, 'joinedAt', u.created_at, 'lastSeenAt', s.last_seen_at),
    'settings', private.settings_of(u) || jsonb_build_object(
      'notificationPreferences', u.notification_preferences, 'status', coalesce(s.status, 'available'),
      'custom', coalesce(s.custom, '{}')),
    'blocked', private.blocked_by(u))
  from public.user_profiles u
  left join public.user_presence s on s.user_id = u.id
  where u.id = p_person;
$$;

-- A page of the rooms that someone is or was in, by id: [{room, type, name, ...}].
create function parley.export_rooms(p_person uuid, p_after uuid, p_limit int) returns jsonb
language sql stable
set search_path = ''
as $$
  with page as materialized (
    select p.*, r.type, r.name, r.direct_key
    from public.room_participants p
    join public.rooms r on r.id = p.room_id
    where p.user_id = p_person and (p_after is null or p.room_id > p_after)
    order by p.room_id
    limit p_limit
  )
  select coalesce(jsonb_agg(jsonb_build_object(
    'room', p.room_id, 'type', p.type, 'name', p.name,
    'with', case
      when p.type <> 'direct' then null
      when split_part(p.direct_key, ':', 1) = p_person::text then split_part(p.direct_key, ':', 2)
      else split_part(p.direct_key, ':', 1)
    end,
    'role', p.role, 'joinedAt', p.joined_at, 'leftAt', p.left_at, 'bannedUntil', p.banned_until,
    'silencedUntil', p.silenced_until, 'openedAt', p.accepted_at,
    'received', p.last_delivered_seq, 'read', p.last_read_seq, 'readAt', p.last_read_at, 'unreadFrom', p.unread_from_seq,
    'level', p.notify_level, 'mutedUntil', p.muted_until, 'pinnedAt', p.pinned_at, 'archivedAt', p.archived_at)
    order by p.room_id), '[]')
  from page p;
$$;

-- The rooms in which someone wrote, also such that they left long ago. Most of their rooms are not among them.
create function parley.export_written(p_person uuid) returns jsonb
language sql stable
set search_path = ''
as $$
  select coalesce(jsonb_agg(w.room_id order by w.room_id), '[]')
  from (select distinct m.room_id from public.messages m where m.sender_id = p_person) w;
$$;

-- A page of what someone wrote in these rooms, one room after the other, in each ascending, in the first after p_after:
-- {rooms: [{room, messages}], next: {room, after}}; null next: that is all. At most p_scan rows are looked at for one page:
-- in a large room most are others', and no index finds one person's there in order.
create function parley.export_messages(p_person uuid, p_rooms uuid[], p_after bigint, p_limit int, p_scan int) returns jsonb
language plpgsql stable
set search_path = ''
as $$
declare
  room uuid;
  after bigint := p_after;
  wanted int := p_limit;
  scan int := p_scan;
  rooms jsonb[] := '{}';
  page record;
begin
  foreach room in array p_rooms loop
    with looked as materialized (
      select m.seq, m.sender_id
      from public.messages m
      where m.room_id = room and m.seq > after
      order by m.seq
      limit scan
    ),
    mine as materialized (
      select l.seq from looked l where l.sender_id = p_person order by l.seq limit wanted
    )
    select (select count(*) from mine) as mine, (select max(seq) from mine) as mine_to,
      (select count(*) from looked) as looked, (select max(seq) from looked) as looked_to,
      (select coalesce(jsonb_agg(jsonb_strip_nulls(jsonb_build_object(
        'seq', m.seq, 'id', m.client_id, 'sentAt', m.created_at, 'type', nullif(m.type, 'text'),
        'text', case when coalesce(m.expires_at <= now(), false) then '' else m.content end,
        'replyTo', m.reply_to_seq, 'thread', m.thread_seq,
        'mentions', nullif(to_jsonb(m.mentions), '[]'),
        'metadata', case when coalesce(m.expires_at <= now(), false) then null else nullif(m.metadata, '{}') end,
        'edits', case when coalesce(m.expires_at <= now(), false) then null else nullif(m.edits, '[]') end,
        'editedAt', m.edited_at, 'deletedAt', m.deleted_at, 'pinnedAt', m.pinned_at, 'disappearsAt', m.expires_at))
        order by m.seq), '[]')
      from mine join public.messages m on m.room_id = room and m.seq = mine.seq) as messages
    into page;
    rooms := rooms || jsonb_build_object('room', room, 'messages', page.messages);
    if page.mine = wanted or page.looked = scan then
      return jsonb_build_object('rooms', to_jsonb(rooms), 'next', jsonb_build_object(
        'room', room, 'after', case when page.mine = wanted then page.mine_to else page.looked_to end));
    end if;
    wanted := wanted - page.mine;
    scan := scan - page.looked;
    after := 0;
  end loop;
  return jsonb_build_object('rooms', to_jsonb(rooms), 'next', null);
end
$$;

-- A page of the reactions that someone gave, the latest first: [{room, seq, emoji, at}]. The next page begins at the last
-- of them.
create function parley.export_reactions(
  p_person uuid, p_limit int, p_at timestamptz default null, p_room_id uuid default null, p_seq bigint default null,
  p_emoji text default null)
returns jsonb
language sql stable
set search_path = ''
as $$
  select coalesce(jsonb_agg(jsonb_build_object('room', x.room_id, 'seq', x.seq, 'emoji', x.emoji, 'at', x.created_at)
    order by x.created_at desc, x.room_id desc, x.seq desc, x.emoji desc), '[]')
  from (
    select r.*
    from public.message_reactions r
    where r.user_id = p_person
      and (p_at is null or (r.created_at <= p_at
        and (r.created_at, r.room_id, r.seq, r.emoji) < (p_at, p_room_id, p_seq, p_emoji)))
    order by r.created_at desc, r.room_id desc, r.seq desc, r.emoji desc
    limit p_limit
  ) x;
$$;

-- A page of what someone did, as the audit log has it, ascending: [{id, at, action, room, person, details}].
create function parley.export_acts(p_person uuid, p_after bigint, p_limit int) returns jsonb
language sql stable
set search_path = ''
as $$
  select coalesce(jsonb_agg(jsonb_build_object(
    'id', a.id, 'at', a.at, 'action', a.action, 'room', a.room_id, 'person', a.person, 'details', a.details) order by a.id), '[]')
  from (
    select l.* from parley.audit_log l where l.actor = p_person and l.id > p_after order by l.id limit p_limit
  ) a;
$$;

revoke execute on function private.heir_of(uuid, uuid) from public, anon, authenticated;
grant execute on function private.heir_of(uuid, uuid) to service_role;
revoke execute on all functions in schema parley from public, anon, authenticated;
grant execute on all functions in schema parley to service_role;

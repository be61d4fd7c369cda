-- The functions that people and the worker call. Those in public run as whoever calls them; where one has to look
-- further than row level security lets it, it asks a definer in private that takes the identity from the session.
--
-- In parley, for service_role alone: what the room needs to wake and to flush. Answers are jsonb with camelCase keys and
-- times in epoch milliseconds, so that Supabase Lite and hosted Supabase answer alike.

-- One direct room per pair, whoever opens it and however often. The caller accepts the room; the other person becomes a
-- contact of the caller's only.
create function private.open_direct_room(p_other_user uuid) returns uuid
language plpgsql security definer
set search_path = ''
as $$
declare
  me uuid := (select auth.uid());
  opened jsonb;
begin
  if me is null then
    raise exception 'sign in first' using errcode = '42501';
  end if;
  opened := private.direct_room(me, coalesce(p_other_user, me));
  case opened ->> 'outcome'
    when 'open' then return (opened ->> 'roomId')::uuid;
    when 'self' then raise exception 'a direct room needs another person' using errcode = '22023';
    when 'unknown' then raise exception 'this person cannot be reached' using errcode = 'P0002';
    when 'too_many' then
      raise exception 'nobody is in more than % rooms', private.most_rooms() using errcode = '22023';
  end case;
end
$$;

create function public.get_or_create_direct_room(p_other_user uuid) returns uuid
language sql volatile
set search_path = ''
as $$
  select private.open_direct_room(p_other_user);
$$;

-- Only in sql rooms: elsewhere marks come with the room's batches.
create function public.mark_room_read(p_room_id uuid, p_seq bigint) returns bigint
language plpgsql volatile
set search_path = ''
as $$
declare
  mark bigint;
begin
  update public.room_participants p
  set last_read_seq = greatest(p.last_read_seq, least(p_seq, r.last_seq)),
      last_delivered_seq = greatest(p.last_delivered_seq, least(p_seq, r.last_seq)),
      last_read_at = now()
  from public.rooms r
  where r.id = p_room_id and p.room_id = p_room_id and p.user_id = (select auth.uid())
  returning p.last_read_seq into mark;
  if mark is null then
    raise exception 'marks of this room are not written here' using errcode = '42501';
  end if;
  return mark;
end
$$;

-- Unread has one formula, and this is its SQL; p_rooms null: all the person's rooms. The test on last_seq stands inside
-- the lateral query: in its join condition it gates nothing, all rooms' subqueries run (6.3 ms against 3.6 ms over 200
-- rooms).
create function private.unread_of(p_person uuid, p_cap int, p_rooms uuid[] default null)
returns table (
  room_id uuid, unread bigint, mentions bigint, last_seq bigint, last_read_seq bigint, last_message_at timestamptz)
language sql stable
set search_path = ''
as $$
  select p.room_id, coalesce(u.unread, 0), coalesce(u.mentions, 0), r.last_seq, p.last_read_seq, r.last_message_at
  from (
    select *, greatest(history_from_seq, least(last_read_seq, coalesce(unread_from_seq - 1, last_read_seq))) as read_to
    from public.room_participants
    where user_id = p_person and left_at is null and (banned_until is null or banned_until <= now())
      -- In a subquery it is hashed; an array is walked for each room.
      and (p_rooms is null or room_id in (select unnest(p_rooms)))
  ) p
  join public.rooms r on r.id = p.room_id
  left join lateral (
    select count(*) as unread,
      count(*) filter (
        where m.mentions && array[p.user_id, p.room_id]
          and not coalesce(m.sender_id = any ((
            select me.blocked_user_ids from public.user_profiles me where me.id = p_person)::uuid[]), false)
      ) as mentions
    from (
      select n.mentions, n.sender_id
      from public.messages n
      where r.last_seq > p.read_to
        and n.room_id = p.room_id and n.seq > p.read_to
        and n.sender_id is distinct from p.user_id
        and n.type <> 'system'
        and n.deleted_at is null
        and (n.expires_at is null or n.expires_at > now())
      -- Of more than the cap the newest, as the room counts them.
      order by n.seq desc
      limit least(greatest(p_cap, 1), 1000)
    ) m
  ) u on true;
$$;

create function private.unread_counts(p_cap int)
returns table (
  room_id uuid, unread bigint, mentions bigint, last_seq bigint, last_read_seq bigint, last_message_at timestamptz)
language sql stable security definer
set search_path = ''
as $$
  select * from private.unread_of((select auth.uid()), p_cap);
$$;

create function public.get_unread_counts(p_cap int default 1000)
returns table (
  room_id uuid, unread bigint, mentions bigint, last_seq bigint, last_read_seq bigint, last_message_at timestamptz)
language sql stable
set search_path = ''
as $$
  select * from private.unread_counts(p_cap);
$$;

-- Words as people type them; a run of Chinese, Japanese or Thai is meant as a phrase of its characters.
create function private.search_query(query text) returns tsquery
language sql immutable
set search_path = ''
return websearch_to_tsquery('pg_catalog.simple'::regconfig, private.search_text(case
  when query like '%"%' then query
  else regexp_replace(
    query, '([\u0e00-\u0e7f\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]+)', ' "\1" ', 'g')
end));

-- Definer, because under row level security the full-text index is never used (@@ is not leakproof): 46 ms became
-- 9.2 s. So it compares the rooms itself, one by one: the index is by room and word, and a gin index takes no list of
-- rooms. ts_headline comes after the limit: it reads the whole text.
create function private.search_my_messages(
  p_query text, p_room_id uuid, p_limit int, p_sender uuid, p_has text, p_before timestamptz, p_after timestamptz,
  p_sort text, p_from timestamptz, p_from_room uuid, p_from_seq bigint)
returns table (room_id uuid, seq bigint, sender_id uuid, type text, created_at timestamptz, headline text)
language plpgsql stable security definer
set search_path = ''
-- One plan for every word. Knowing a common one, Postgres reads whole rooms instead of the index (23 ms became 70 ms).
set plan_cache_mode = 'force_generic_plan'
as $$
declare
  query tsquery := private.search_query(left(p_query, 1000));
  kinds text[] := case p_has
    when 'media' then array['image', 'video', 'audio', 'file']
    when 'link' then null
    else array[p_has]
  end;
begin
  return query
    select h.room_id, h.seq, h.sender_id, h.type, h.created_at,
      ts_headline('pg_catalog.simple'::regconfig, h.content, query,
        'StartSel=⟦, StopSel=⟧, MaxFragments=2, MaxWords=20, MinWords=8, ShortWord=0')
    from (
      select m.*
      from public.room_participants p
      cross join lateral (
        select n.room_id, n.seq, n.sender_id, n.type, n.created_at, n.content
        from public.messages n
        where n.room_id = p.room_id and n.search @@ query
          and n.type <> 'system' and n.deleted_at is null
          and (n.expires_at is null or n.expires_at > now())
          and n.seq > p.history_from_seq
          and (p_sender is null or n.sender_id = p_sender)
          and (p_has is null or n.type = any (kinds) or (p_has = 'link' and n.content ~ 'https?://'))
          and (p_before is null or n.created_at < p_before)
          and (p_after is null or n.created_at >= p_after)
          and (p_from is null
            or (p_sort = 'oldest' and (n.created_at, n.room_id, n.seq) > (p_from, p_from_room, p_from_seq))
            or (p_sort <> 'oldest' and (n.created_at, n.room_id, n.seq) < (p_from, p_from_room, p_from_seq)))
        -- Keeps it a look into one room, with the room in the index condition.
        offset 0
      ) m
      where p.user_id = (select auth.uid()) and p.left_at is null
        and (p.banned_until is null or p.banned_until <= now())
        and (p_room_id is null or p.room_id = p_room_id)
      order by
        case when p_sort = 'oldest' then m.created_at end, case when p_sort = 'oldest' then m.room_id end,
        case when p_sort = 'oldest' then m.seq end,
        m.created_at desc, m.room_id desc, m.seq desc
      limit least(greatest(coalesce(p_limit, 20), 1), 50)
    ) h;
end
$$;

-- The next page begins after the last row of this one: its created_at, room_id and seq are p_from, p_from_room, p_from_seq.
create function public.search_messages(
  p_query text, p_room_id uuid default null, p_limit int default 20, p_sender uuid default null, p_has text default null,
  p_before timestamptz default null, p_after timestamptz default null, p_sort text default 'newest',
  p_from timestamptz default null, p_from_room uuid default null, p_from_seq bigint default null)
returns table (room_id uuid, seq bigint, sender_id uuid, type text, created_at timestamptz, headline text)
language sql stable
set search_path = ''
as $$
  select * from private.search_my_messages(
    p_query, p_room_id, p_limit, p_sender, p_has, p_before, p_after, p_sort, p_from, p_from_room, p_from_seq);
$$;

-- Counts messages, not seqs: most events are no messages. Under row level security a stranger counts nothing.
create function public.get_room_stats(p_room_id uuid)
returns table (member_count int, message_count bigint, last_message_at timestamptz, online_count bigint)
language sql stable
set search_path = ''
as $$
  select r.member_count,
    (select count(*) from public.messages m where m.room_id = r.id and m.type <> 'system' and m.deleted_at is null),
    r.last_message_at,
    (select count(*)
     from public.room_participants p
     join public.user_presence u on u.user_id = p.user_id and u.is_online and u.expires_at > now()
     where p.room_id = r.id and p.left_at is null)
  from public.rooms r
  where r.id = p_room_id;
$$;

create function public.set_presence(p_online boolean, p_status text default null, p_ttl_seconds int default 120)
returns timestamptz
language sql volatile
set search_path = ''
as $$
  insert into public.user_presence as u (user_id, is_online, status, last_seen_at, expires_at)
  values (
    (select auth.uid()), p_online, coalesce(p_status, 'available'), now(),
    now() + make_interval(secs => least(greatest(p_ttl_seconds, 30), 600)))
  on conflict (user_id) do update
  set is_online = excluded.is_online, status = coalesce(p_status, u.status),
      last_seen_at = excluded.last_seen_at, expires_at = excluded.expires_at
  returning expires_at;
$$;

-- What someone says of themself, in the shape that devices read; null once it has lapsed, or where it is none.
create function private.custom_status(p_custom jsonb) returns jsonb
language sql stable
set search_path = ''
as $$
  select case
    when jsonb_typeof(p_custom -> 'text') is distinct from 'string' then null
    when jsonb_typeof(p_custom -> 'until') = 'number' and (p_custom ->> 'until')::numeric <= private.to_ms(now()) then null
    else jsonb_build_object(
      'text', left(p_custom ->> 'text', 100),
      'emoji', case when jsonb_typeof(p_custom -> 'emoji') = 'string' then p_custom -> 'emoji' end,
      'until', case when jsonb_typeof(p_custom -> 'until') = 'number' then p_custom -> 'until' end)
  end;
$$;

-- What each person shows to whoever asks.
create function private.user_cards(p_user_ids uuid[])
returns table (
  id uuid, username text, display_name text, about text, avatar_path text,
  is_online boolean, status text, custom jsonb, last_seen_at timestamptz)
language sql stable security definer
set search_path = ''
as $$
  select u.id, u.username, u.display_name,
    case when private.can_see(u.id, 'about') then u.about end,
    case when private.can_see(u.id, 'profile_photo') then u.avatar_path end,
    coalesce(seen and s.is_online and s.expires_at > now(), false),
    case when seen then s.status end,
    case when seen then private.custom_status(s.custom) end,
    case when seen then s.last_seen_at end
  from public.user_profiles u
  left join public.user_presence s on s.user_id = u.id
  cross join lateral (
    select u.id = (select auth.uid()) or (s.status <> 'invisible' and private.can_see(u.id, 'last_seen')) as seen) v
  where u.id = any (p_user_ids[1:200]) and (select auth.uid()) is not null;
$$;

create function public.get_user_cards(p_user_ids uuid[])
returns table (
  id uuid, username text, display_name text, about text, avatar_path text,
  is_online boolean, status text, custom jsonb, last_seen_at timestamptz)
language sql stable
set search_path = ''
as $$
  select * from private.user_cards(p_user_ids);
$$;

-- The batch of a room's events, as protocol/events.ts shapes them. `role` is what the kind does: make a row, change one,
-- sweep over many; null is a kind that nobody knows.
create function private.events_of(p_events jsonb)
returns table (
  role text, kind text, seq bigint, at bigint, id uuid, by uuid, text text, reply_to bigint, mentions uuid[],
  source jsonb, hash text, person uuid, target bigint, emoji text, metadata jsonb, edits jsonb, mode text,
  expires_at bigint, thread bigint, attachments jsonb, forwarded boolean, guest jsonb)
language sql immutable
set search_path = ''
as $$
  select
    case
      when e.kind in ('posted', 'member_joined', 'member_left', 'role_changed', 'member_banned', 'member_unbanned',
        'member_muted', 'renamed', 'room_changed', 'call_started', 'call_ended') then 'row'
      when e.kind in ('edited', 'deleted', 'undeleted', 'reacted', 'unreacted', 'pinned', 'unpinned') then 'change'
      when e.kind in ('expired', 'account_erased') then 'sweep'
    end,
    e.kind, e.seq, e.at, e.id, e.by, e.text, e."replyTo", coalesce(e.mentions, '{}'), nullif(e.source, 'null'), e.hash,
    e.person, e.target, e.emoji, e.metadata, e.edits, e.mode, e."expiresAt", e.thread, nullif(e.attachments, 'null'),
    e.forwarded, nullif(e.guest, 'null')
  from jsonb_to_recordset(p_events) as e (
    kind text, seq bigint, at bigint, id uuid, by uuid, text text, "replyTo" bigint, mentions uuid[], source jsonb,
    hash text, person uuid, target bigint, emoji text, metadata jsonb, edits jsonb, mode text, "expiresAt" bigint,
    thread bigint, attachments jsonb, forwarded boolean, guest jsonb);
$$;

-- Events as they came. Apart, because most batches hold messages alone and need none.
create function private.whole_events(p_events jsonb) returns table (seq bigint, kind text, event jsonb)
language sql immutable
set search_path = ''
as $$
  select (e.event -> 'seq')::bigint, e.event ->> 'kind', e.event from jsonb_array_elements(p_events) e (event);
$$;

create function private.profile_of(p_person uuid) returns uuid
language sql stable
set search_path = ''
as $$
  select u.id from public.user_profiles u where u.id = p_person;
$$;

create function private.marks_of(p_marks jsonb)
returns table (person uuid, delivered bigint, read bigint, sets_unread boolean, unread_from bigint)
language sql immutable
set search_path = ''
as $$
  select m.person, max(greatest(m.delivered, m.read)), max(m.read), bool_or(m."unreadVersion" is not null),
    -- What was marked last counts.
    (array_agg(m."unreadFrom" order by m."unreadVersion" desc nulls last))[1]
  from jsonb_to_recordset(p_marks) as m (
    person uuid, delivered bigint, read bigint, "unreadFrom" bigint, "unreadVersion" bigint)
  group by m.person;
$$;

-- Locks these members, in order, and then their room. Whoever became a member while this waited for the room is not among
-- the locked, and locking them now would turn the order round (a deadlock with whoever removes them again); so it lets go
-- of everything and begins anew. With the room locked nobody else becomes a member. Null: the room is gone.
create function private.lock_room(p_room_id uuid, p_people uuid[]) returns public.rooms
language plpgsql volatile
set search_path = ''
as $$
declare
  locked uuid[];
  room public.rooms;
begin
  loop
    begin
      locked := array(
        select p.user_id from public.room_participants p
        where p.room_id = p_room_id and p.user_id = any (p_people)
        order by p.user_id
        for no key update);
      select * into room from public.rooms r where r.id = p_room_id for no key update;
      if not exists (
        select from public.room_participants p
        where p.room_id = p_room_id and p.user_id = any (p_people) and p.user_id <> all (locked))
      then
        return room;
      end if;
      raise exception 'someone joined' using errcode = 'PY001';
    exception
      when sqlstate 'PY001' then
        null;
    end;
  end loop;
end
$$;

-- Takes a person out of these rows of a room, as an account_erased event asked: their messages (the text as well, or the
-- name alone), their reactions, and their name in system rows. Doing it again changes nothing. What a room tells after
-- someone is gone names them no more: such system rows change with the erasure all the same.
create function private.erase_rows(job parley.jobs, p_seqs bigint[]) returns void
language plpgsql volatile
set search_path = ''
as $$
begin
  with gone as (
    delete from public.message_reactions r
    using public.messages m
    where m.room_id = job.room_id and m.seq = any (p_seqs) and m.seq < job.seq
      and r.room_id = m.room_id and r.seq = m.seq
      and (r.user_id = job.person or (m.sender_id = job.person and job.mode = 'erase'))
    returning r.seq
  )
  update public.messages m
  set sender_id = case when m.sender_id <> job.person then m.sender_id end,
      deleted_by = case when m.deleted_by <> job.person then m.deleted_by end,
      deleted_at = case
        when m.sender_id = job.person and job.mode = 'erase' then coalesce(m.deleted_at, job.at) else m.deleted_at end,
      metadata = case
        when m.type = 'system' then jsonb_set(m.metadata, '{system,name}', '""', false) else m.metadata end,
      rev = greatest(m.rev, job.seq)
  where m.room_id = job.room_id and m.seq = any (p_seqs) and m.seq < job.seq
    and (m.sender_id = job.person or m.deleted_by = job.person or m.seq in (select g.seq from gone g)
      or (m.type = 'system' and m.metadata #>> '{system,person}' = job.person::text));
end
$$;

-- Empties what has disappeared among these rows, as an expired event asked. What a later event brought back stays.
create function private.expire_rows(job parley.jobs, p_seqs bigint[]) returns void
language plpgsql volatile
set search_path = ''
as $$
declare
  emptied bigint[];
begin
  with gone as (
    update public.messages m
    set deleted_at = job.at, rev = job.seq
    where m.room_id = job.room_id and m.seq = any (p_seqs) and m.seq < job.seq and m.rev < job.seq
      and m.expires_at <= job.at and m.deleted_at is null
    returning m.seq
  )
  select array_agg(g.seq) into emptied from gone g;
  delete from public.message_reactions r where r.room_id = job.room_id and r.seq = any (emptied);
end
$$;

-- Does to these rows, in order, what open jobs (those before an event, if one is given) have yet to do to them. Whatever
-- touches a row or shows it to its room comes after this, so nobody can tell how far a job is.
create function private.settle(p_room_id uuid, p_seqs bigint[], p_before bigint default null) returns void
language plpgsql volatile
set search_path = ''
as $$
declare
  job parley.jobs;
begin
  for job in
    select j.* from parley.jobs j
    where j.room_id = p_room_id and j.kind in ('erase_person', 'expire') and j.done_at is null
      and (p_before is null or j.seq < p_before)
    order by j.seq
  loop
    if job.kind = 'expire' then
      perform private.expire_rows(job, p_seqs);
    else
      perform private.erase_rows(job, p_seqs);
    end if;
  end loop;
end
$$;

-- How many rows an expired event empties in its own batch of events: as many as a batch of messages makes.
create function private.expired_at_once() returns int
language sql immutable
set search_path = ''
return 500;

-- One batch of an expiry, the longest lapsed first; answers how many rows it looked at.
create function private.expire_some(job parley.jobs, p_limit int) returns int
language plpgsql volatile
set search_path = ''
as $$
declare
  seqs bigint[] := array(
    select m.seq from public.messages m
    where m.room_id = job.room_id and m.expires_at <= job.at and m.deleted_at is null
      and m.seq < job.seq and m.rev < job.seq
    order by m.expires_at
    limit p_limit);
begin
  perform private.settle(job.room_id, seqs, job.seq);
  perform private.expire_rows(job, seqs);
  return cardinality(seqs);
end
$$;

-- One step of a room's changes: per message either one change or a run of reactions. `m.rev < e.seq` makes a repeat
-- change nothing. What is deleted is touched by nothing but its undeletion, a system row by nothing at all.
create function private.apply_step(p_room_id uuid, p_events jsonb) returns void
language plpgsql volatile
set search_path = ''
as $$
declare
  kinds text[] := array(select distinct e.kind from private.events_of(p_events) e);
  emptied bigint[];
  expiry parley.jobs;
begin
  if kinds && array['edited', 'pinned', 'unpinned'] then
    update public.messages m
    set content = case e.kind when 'edited' then e.text else m.content end,
        mentions = case e.kind when 'edited' then e.mentions else m.mentions end,
        edited_at = case e.kind when 'edited' then private.from_ms(e.at) else m.edited_at end,
        pinned_at = case e.kind when 'pinned' then private.from_ms(e.at) when 'unpinned' then null else m.pinned_at end,
        rev = e.seq
    from private.events_of(p_events) e
    where e.kind in ('edited', 'pinned', 'unpinned')
      and m.room_id = p_room_id and m.seq = e.target and m.rev < e.seq and m.type <> 'system' and m.deleted_at is null;
  end if;

  if kinds && array['reacted', 'unreacted'] then
    -- The last word of each person on each emoji; who took one back and gave it again gave it later.
    delete from public.message_reactions r
    using private.events_of(p_events) e, public.messages m
    where e.kind = 'unreacted' and m.room_id = p_room_id and m.seq = e.target and m.rev < e.seq and m.deleted_at is null
      and r.room_id = p_room_id and r.seq = e.target and r.user_id = e.by and r.emoji = e.emoji;
    insert into public.message_reactions (room_id, seq, user_id, emoji, created_at)
    select distinct on (e.target, e.by, e.emoji) p_room_id, e.target, e.by, e.emoji, private.from_ms(e.at)
    from private.events_of(p_events) e
    join public.messages m on m.room_id = p_room_id and m.seq = e.target
    where e.kind = 'reacted' and m.rev < e.seq and m.type <> 'system' and m.deleted_at is null
      and private.profile_of(e.by) is not null
      and not exists (
        select from private.events_of(p_events) u
        where u.kind = 'unreacted' and u.target = e.target and u.by = e.by and u.emoji = e.emoji and u.seq > e.seq)
    order by e.target, e.by, e.emoji, e.seq
    on conflict do nothing;
    update public.messages m set rev = e.seq
    from (
      select r.target, max(r.seq) as seq
      from private.events_of(p_events) r where r.kind in ('reacted', 'unreacted') group by r.target) e
    where m.room_id = p_room_id and m.seq = e.target and m.rev < e.seq and m.type <> 'system' and m.deleted_at is null;
  end if;

  if 'deleted' = any (kinds) then
    with gone as (
      update public.messages m
      set deleted_at = private.from_ms(e.at), deleted_by = private.profile_of(e.by), rev = e.seq
      from private.events_of(p_events) e
      where e.kind = 'deleted'
        and m.room_id = p_room_id and m.seq = e.target and m.rev < e.seq and m.type <> 'system' and m.deleted_at is null
      returning m.seq
    )
    select array_agg(g.seq) into emptied from gone g;
  end if;

  if 'undeleted' = any (kinds) then
    update public.messages m
    set content = e.text, mentions = e.mentions, metadata = e.metadata, edits = e.edits,
        deleted_at = null, deleted_by = null, rev = e.seq
    from private.events_of(p_events) e
    where e.kind = 'undeleted'
      and m.room_id = p_room_id and m.seq = e.target and m.rev < e.seq and m.type <> 'system' and m.deleted_at is not null;
  end if;

  if 'expired' = any (kinds) then
    expiry.kind := 'expire';
    expiry.room_id := p_room_id;
    select e.seq, private.from_ms(e.at) into expiry.seq, expiry.at
    from private.events_of(p_events) e where e.kind = 'expired';
    -- The usual expiry ends here, a larger one is work for expire_in_room.
    if private.expire_some(expiry, private.expired_at_once()) = private.expired_at_once() then
      insert into parley.jobs (kind, room_id, seq, at) values ('expire', p_room_id, expiry.seq, expiry.at)
      on conflict do nothing;
    end if;
  end if;

  if 'account_erased' = any (kinds) then
    insert into parley.jobs (kind, room_id, person, mode, seq, at)
    select 'erase_person', p_room_id, e.person, e.mode, e.seq, private.from_ms(e.at)
    from private.events_of(p_events) e where e.kind = 'account_erased'
    on conflict do nothing;
  end if;

  delete from public.message_reactions r where r.room_id = p_room_id and r.seq = any (emptied);
end
$$;

-- A room's changes in their order. Those of one message follow each other in steps, everything else goes together, and
-- what sweeps over many messages is a step of its own.
create function private.apply_changes(p_room_id uuid, p_events jsonb) returns void
language plpgsql volatile
set search_path = ''
as $$
declare
  targets bigint[] := array(select distinct e.target from private.events_of(p_events) e where e.target is not null);
  settling boolean := true;
  step record;
begin
  for step in
    with changes as (
      select e.seq, (e.event -> 'target')::bigint as target, e.kind in ('reacted', 'unreacted') as reaction, e.event,
        count(*) filter (where not e.event ? 'target') over (order by e.seq) as part
      from private.whole_events(p_events) e
    ), runs as (
      select c.*, lag(c.reaction) over (partition by c.part, c.target order by c.seq) as follows
      from changes c
    ), steps as (
      select r.*, count(*) filter (where not (r.reaction and coalesce(r.follows, false)))
        over (partition by r.part, r.target order by r.seq)
        -- The sweep that begins a part comes before its changes.
        + case when r.target is null then 0 else 1 end as place
      from runs r
    )
    select s.part, s.place, jsonb_agg(s.event order by s.seq) as events
    from steps s
    group by s.part, s.place
    order by s.part, s.place
  loop
    -- Only a sweep leaves more to settle.
    if settling then
      perform private.settle(p_room_id, targets);
    end if;
    settling := not step.events -> 0 ? 'target';
    perform private.apply_step(p_room_id, step.events);
  end loop;
end
$$;

-- What the room's own events say about the room: the last word on each thing. One that was parked says nothing any more
-- of what a later one has said. Each is recorded, at its own time.
create function private.apply_room_facts(p_room_id uuid, p_events jsonb) returns void
language plpgsql volatile
set search_path = ''
as $$
declare
  facts jsonb;
begin
  select jsonb_object_agg(said.key, said.value) into facts
  from (
    select distinct on (f.key) f.key, f.value, e.seq
    from private.whole_events(p_events) e, jsonb_each(e.event) f
    where (e.kind = 'renamed' and f.key = 'name')
      or (e.kind = 'room_changed' and f.key in ('description', 'postPolicy', 'slowModeSeconds', 'disappearingMs'))
    order by f.key, e.seq desc
  ) said
  where not exists (
    select from public.messages m
    where m.room_id = p_room_id and m.seq > said.seq and m.type = 'system'
      and m.metadata #>> '{system,kind}' in ('renamed', 'room_changed') and m.metadata -> 'system' ? said.key);
  update public.rooms r
  set name = case when facts ? 'name' then facts ->> 'name' else r.name end,
      description = coalesce(facts ->> 'description', r.description),
      post_policy = coalesce(facts ->> 'postPolicy', r.post_policy),
      slow_mode_seconds = coalesce((facts -> 'slowModeSeconds')::int, r.slow_mode_seconds),
      disappearing_ttl = case
        when facts ? 'disappearingMs' then make_interval(secs => (facts ->> 'disappearingMs')::double precision / 1000)
        else r.disappearing_ttl
      end
  where r.id = p_room_id and facts is not null;

  perform private.record(e.kind, (e.event ->> 'by')::uuid, p_room_id, null,
    -- Not null, which a record leaves out: they stay.
    (e.event - array['kind', 'seq', 'at', 'id', 'by'])
      || case when e.event -> 'disappearingMs' = 'null' then '{"disappearingMs": 0}' else '{}' end::jsonb,
    private.from_ms((e.event ->> 'at')::bigint))
  from private.whole_events(p_events) e
  where e.kind in ('renamed', 'room_changed')
  order by e.seq;
end
$$;

-- Writes a room's events p_from..p_to, in order, and its members' marks. A repeat changes nothing. What the room has
-- accepted is never refused for membership, role or pace; a sender or a reply's target that is gone becomes null.
-- All or nothing: every answer but `applied` means that nothing was written. `unfinished` names work that is left for
-- expire_in_room ('expire') and fill_statuses ('statuses').
-- p_parked: one event from below last_seq that was refused before; it is applied now and last_seq stays.
create function public.ingest_batch(
  p_room_id uuid, p_epoch bigint, p_from bigint, p_to bigint, p_events jsonb, p_marks jsonb default '[]',
  p_parked boolean default false)
returns jsonb
language plpgsql volatile
set search_path = ''
as $$
declare
  events jsonb := coalesce(private.unwrap_json(p_events), '[]');
  marks jsonb := coalesce(private.unwrap_json(p_marks), '[]');
  event_count int := jsonb_array_length(events);
  room public.rooms;
  clash bigint;
  outside boolean;
  strange text;
  maimed boolean;
  twice boolean;
  changing boolean;
  telling boolean;
  referring boolean;
  floor bigint;
  facts jsonb;
  fresh bigint[];
  unfinished jsonb;
  inserted int := 0;
  incoming int;
  newest bigint;
  duplicates jsonb := '[]';
  broken text;
begin
  if event_count > 500 or jsonb_array_length(marks) > 5000 then
    raise exception 'at most 500 events and 5000 marks' using errcode = '22023';
  end if;
  select coalesce(bool_or(e.seq is null or e.seq not between p_from and p_to), false),
    min(coalesce(e.kind, 'without a kind')) filter (where e.role is null),
    coalesce(bool_or((e.role <> 'sweep' and e.id is null) or (e.role = 'change' and e.target is null)), false),
    count(*) > count(distinct e.seq),
    coalesce(bool_or(e.role <> 'row'), false), coalesce(bool_or(e.kind in ('renamed', 'room_changed')), false),
    coalesce(bool_or(e.reply_to is not null or e.thread is not null), false)
  into outside, strange, maimed, twice, changing, telling, referring
  from private.events_of(events) e;
  if p_from < 1 or p_to < p_from - 1 or outside then
    raise exception 'an event lies outside of %..%', p_from, p_to using errcode = '22023';
  end if;
  if p_parked and (p_from <> p_to or event_count <> 1) then
    raise exception 'a parked event comes alone' using errcode = '22023';
  end if;
  if strange is not null then
    raise exception 'nobody knows an event %', strange using errcode = '22023';
  end if;
  if maimed then
    raise exception 'an event has no id or no target' using errcode = '22023';
  end if;
  if twice then
    raise exception 'two events have one seq' using errcode = '22023';
  end if;

  room := private.lock_room(p_room_id, array(select m.person from private.marks_of(marks) m));
  if room.id is null then
    return jsonb_build_object('outcome', 'gone');
  end if;
  if p_epoch < room.epoch then
    return jsonb_build_object('outcome', 'stale_epoch', 'epoch', room.epoch);
  end if;
  if p_from > room.last_seq + (not p_parked)::int then
    return jsonb_build_object('outcome', 'gap', 'lastSeq', room.last_seq);
  end if;
  floor := case when p_parked then 0 else room.last_seq end;

  if event_count > 0 then
    -- A taken seq with another message under it, below last_seq or above: two objects number this room.
    select min(e.seq) into clash
    from private.events_of(events) e
    join public.messages m on m.room_id = p_room_id and m.seq = e.seq
    where m.client_id is distinct from e.id;
    -- Another command on it, or the same id with another body.
    if clash is null and p_from <= room.last_seq then
      select min(e.seq) into clash
      from private.events_of(events) e
      join parley.commands c on c.room_id = p_room_id and c.seq = e.seq
      where c.id is distinct from e.id or c.hash is distinct from e.hash;
    end if;
    if clash is not null then
      return jsonb_build_object('outcome', 'split_brain', 'seq', clash);
    end if;

    select count(*), max(e.at) into incoming, newest
    from private.events_of(events) e where e.seq > floor and e.role = 'row';
  end if;

  if incoming > 0 then
    -- A flush begins at 100 events, so a batch this large comes from a room that catches up: messages and watermarks
    -- first, readers merge them with the status rows.
    perform set_config('parley.catching_up', case when event_count > 200 then 'on' else 'off' end, true);
    if event_count > 200 and room.member_count <= private.status_fanout_limit() then
      insert into parley.jobs (kind, room_id, done_to) values ('statuses', p_room_id, room.last_seq)
      on conflict do nothing;
    end if;

    select jsonb_object_agg(e.seq, e.event - array['seq', 'at', 'id']) into facts
    from private.whole_events(events) e where e.kind <> 'posted' and not e.event ? 'target';
    if referring then
      -- The rows that this batch is going to make.
      fresh := array(
        select distinct on (e.id) e.seq from private.events_of(events) e
        where e.seq > floor and e.role = 'row'
          and not exists (select from public.messages m where m.room_id = p_room_id and m.client_id = e.id)
        order by e.id, e.seq);
    end if;

    insert into public.messages (
      room_id, seq, rev, client_id, sender_id, type, content, reply_to_seq, thread_seq, mentions, metadata, created_at,
      updated_at, expires_at)
    select p_room_id, e.seq, e.seq, e.id,
      case when e.kind = 'posted' then (select u.id from public.user_profiles u where u.id = e.by) end,
      case e.kind when 'posted' then 'text' else 'system' end,
      coalesce(e.text, ''),
      case when e.reply_to is not null then coalesce(
        (select m.seq from public.messages m where m.room_id = p_room_id and m.seq = e.reply_to),
        case when e.reply_to < e.seq and e.reply_to = any (fresh) then e.reply_to end) end,
      case when e.thread is not null then coalesce(
        (select m.seq from public.messages m where m.room_id = p_room_id and m.seq = e.thread),
        case when e.thread < e.seq and e.thread = any (fresh) then e.thread end) end,
      e.mentions,
      case
        when e.kind <> 'posted' then jsonb_build_object('system', facts -> e.seq::text)
        when e.source is null and e.attachments is null and e.forwarded is null and e.guest is null then '{}'
        else jsonb_strip_nulls(jsonb_build_object(
          'import', e.source, 'attachments', e.attachments, 'forwarded', e.forwarded, 'guest', e.guest))
      end,
      private.from_ms(e.at), now(), private.from_ms(e.expires_at)
    from private.events_of(events) e
    where e.seq > floor and e.role = 'row'
    order by e.seq
    on conflict on constraint messages_idempotency_key do nothing;
    get diagnostics inserted = row_count;

    if inserted < incoming then
      select coalesce(jsonb_agg(jsonb_build_object('clientId', e.id, 'seq', m.seq) order by e.seq), '[]') into duplicates
      from private.events_of(events) e
      join public.messages m on m.room_id = p_room_id and m.client_id = e.id
      where e.seq > floor and m.seq <> e.seq;
    end if;
  end if;

  if event_count > 0 then
    insert into parley.commands (room_id, id, seq, hash)
    select p_room_id, e.id, e.seq, e.hash
    from private.events_of(events) e
    where e.hash is not null and e.seq > floor
    order by e.seq
    on conflict do nothing;
  end if;
  if changing then
    perform private.apply_changes(p_room_id, (
      select jsonb_agg(w.event) from private.whole_events(events) w
      where w.seq = any (array(select e.seq from private.events_of(events) e where e.seq > floor and e.role <> 'row'))));
  end if;
  if telling then
    perform private.apply_room_facts(p_room_id, (
      select jsonb_agg(w.event) from private.whole_events(events) w where w.seq > floor));
  end if;

  if jsonb_array_length(marks) > 0 then
    if room.member_count <= private.status_fanout_limit() then
      update public.message_status s
      set delivered_at = coalesce(s.delivered_at, now()),
          read_at = case when s.seq <= m.read and not p.receipts_hidden then coalesce(s.read_at, now()) else s.read_at end
      from private.marks_of(marks) m
      join public.room_participants p on p.room_id = p_room_id and p.user_id = m.person
      where s.user_id = m.person and s.room_id = p_room_id
        and s.seq > least(p.last_delivered_seq, p.last_read_seq) and s.seq <= m.delivered
        and (s.delivered_at is null or (s.read_at is null and s.seq <= m.read and not p.receipts_hidden));
    end if;

    update public.room_participants p
    set last_delivered_seq = greatest(p.last_delivered_seq, m.delivered),
        last_read_seq = greatest(p.last_read_seq, m.read),
        last_read_at = case when m.read > p.last_read_seq then now() else p.last_read_at end,
        unread_from_seq = case when m.sets_unread then m.unread_from else p.unread_from_seq end
    from private.marks_of(marks) m
    where p.room_id = p_room_id and p.user_id = m.person
      and (m.delivered > p.last_delivered_seq or m.read > p.last_read_seq
        or (m.sets_unread and m.unread_from is distinct from p.unread_from_seq));
  end if;

  if p_to > room.last_seq or p_epoch > room.epoch or newest is not null then
    update public.rooms r
    set last_seq = greatest(r.last_seq, p_to),
        epoch = greatest(r.epoch, p_epoch),
        last_message_at = case
          when newest is null then r.last_message_at
          -- A room without messages stands at its creation, which is later than what is imported into it.
          when exists (select from public.messages m where m.room_id = r.id and m.seq <= room.last_seq)
            then greatest(r.last_message_at, private.from_ms(newest))
          else private.from_ms(newest)
        end
    where r.id = p_room_id;
  end if;

  select jsonb_build_object('unfinished', jsonb_agg(distinct j.kind)) into unfinished
  from parley.jobs j
  where j.room_id = p_room_id and j.kind in ('expire', 'statuses') and j.done_at is null
  having count(*) > 0;
  return jsonb_build_object(
    'outcome', 'applied', 'appliedTo', greatest(room.last_seq, p_to), 'duplicates', duplicates) || coalesce(unfinished, '{}');
exception
  -- A value that a constraint forbids is a fault of the batch, and not every Data API says so of a check: the room seeks
  -- the event only when it hears that the batch itself was refused.
  when check_violation then
    get stacked diagnostics broken = constraint_name;
    raise exception '%', sqlerrm using errcode = '22000', constraint = broken;
end
$$;

-- Ends what has lapsed. Messages of do rooms expire by an event of their room, never here.
create function public.sweep_ephemeral(p_batch int default 1000) returns jsonb
language plpgsql volatile
set search_path = ''
as $$
declare
  typing int;
  presence int;
  expired int;
begin
  delete from public.typing_indicators t
  where (t.room_id, t.user_id) in (
    select i.room_id, i.user_id from public.typing_indicators i where i.expires_at < now()
    limit p_batch for update skip locked);
  get diagnostics typing = row_count;

  update public.user_presence u set is_online = false
  where u.user_id in (
    select s.user_id from public.user_presence s where s.is_online and s.expires_at < now()
    limit p_batch for update skip locked);
  get diagnostics presence = row_count;

  update public.messages m set deleted_at = now(), rev = private.take_seq(m.room_id)
  where (m.room_id, m.seq) in (
    select e.room_id, e.seq from public.messages e
    join public.rooms r on r.id = e.room_id and r.writer = 'sql'
    where e.expires_at < now() and e.deleted_at is null
    limit p_batch for update of e skip locked);
  get diagnostics expired = row_count;

  return jsonb_build_object('typing', typing, 'presence', presence, 'messages', expired) || private.sweep_access(p_batch)
    || private.sweep_meetings(p_batch);
end
$$;

-- A member as the room and its clients know one. `blocks` are those who are or were members: what they wrote stays.
create function private.member_facts(p public.room_participants) returns jsonb
language sql stable
set search_path = ''
as $$
  select jsonb_build_object(
    'person', p.user_id, 'name', u.display_name, 'role', p.role,
    'delivered', p.last_delivered_seq, 'read', p.last_read_seq,
    'joinedAt', private.to_ms(p.joined_at), 'historyFrom', p.history_from_seq, 'unreadFrom', p.unread_from_seq,
    'receiptsHidden', p.receipts_hidden, 'silencedUntil', private.to_ms(p.silenced_until),
    'blocks', (
      select coalesce(jsonb_agg(b.user_id order by b.user_id), '[]')
      from public.room_participants b
      where b.room_id = p.room_id and b.user_id = any (u.blocked_user_ids)))
  from public.user_profiles u
  where u.id = p.user_id;
$$;

create function parley.member(p_room_id uuid, p_person uuid) returns jsonb
language sql stable
set search_path = ''
as $$
  select private.member_facts(p) from public.room_participants p where p.room_id = p_room_id and p.user_id = p_person;
$$;

-- For an object with empty storage. Epoch and places grow with the time, so that a Postgres that was restored from an
-- older copy gives neither an epoch nor a place that was given before: a client that goes on in another log, or means a
-- message by its place, would mean another one. The lift is larger than any backlog that may be lost; a room in which no
-- object has written yet has lost nothing and starts at its head.
create function parley.claim_epoch(p_room_id uuid) returns jsonb
language sql volatile
set search_path = ''
as $$
  update public.rooms r
  set epoch = claim.epoch,
      last_seq = case when r.epoch = 1 then r.last_seq
        -- Counted from 2025, the places last for 130 years.
        else greatest(r.last_seq + 2097152, (claim.epoch - 1735689600) * 2097152) end
  from (
    select o.id, greatest(o.epoch + 1, floor(extract(epoch from now()))::bigint) as epoch
    from public.rooms o
    -- A room whose deletion has begun is gone, although some of its rows are not.
    where o.id = p_room_id and not exists (
      select from parley.jobs j where j.room_id = o.id and j.kind = 'delete_room')
    for no key update
  ) claim
  where r.id = claim.id
  returning jsonb_build_object('epoch', r.epoch, 'lastSeq', r.last_seq);
$$;

-- What an object needs to wake. `unfinished` is what was asked of many rows and has yet to reach some: the facts hold for
-- every row with a lower rev. Null: the room is gone.
create function parley.room_state(p_room_id uuid) returns jsonb
language sql stable
set search_path = ''
as $$
  select jsonb_build_object(
    'room', jsonb_build_object(
      'id', r.id, 'type', r.type, 'name', r.name, 'createdBy', r.created_by, 'createdAt', private.to_ms(r.created_at),
      'description', r.description, 'visibility', r.visibility, 'postPolicy', r.post_policy,
      'slowModeSeconds', r.slow_mode_seconds,
      'disappearingMs', round(extract(epoch from r.disappearing_ttl) * 1000)::bigint),
    'epoch', r.epoch,
    'lastSeq', r.last_seq,
    'membersVersion', r.members_version,
    'unfinished', (
      select coalesce(jsonb_agg(jsonb_strip_nulls(jsonb_build_object(
        'kind', j.kind, 'rev', nullif(j.seq, 0), 'at', private.to_ms(j.at), 'person', j.person, 'mode', j.mode)) order by j.seq), '[]')
      from parley.jobs j
      where j.room_id = r.id and j.done_at is null),
    'members', (
      select coalesce(jsonb_agg(private.member_facts(p) order by p.joined_at, p.user_id), '[]')
      from public.room_participants p
      where p.room_id = r.id and p.left_at is null and (p.banned_until is null or p.banned_until <= now())))
  from public.rooms r
  where r.id = p_room_id;
$$;

-- Does to these rows what open jobs have yet to do, so that the room sees them as its log says.
create function private.settle_rows(p_room_id uuid, p_seqs bigint[]) returns void
language plpgsql volatile
set search_path = ''
as $$
begin
  if exists (
    select from parley.jobs j where j.room_id = p_room_id and j.kind in ('erase_person', 'expire') and j.done_at is null)
  then
    perform from public.rooms r where r.id = p_room_id for no key update;
    perform private.settle(p_room_id, p_seqs);
  end if;
end
$$;

-- One entry per posted message above p_after, ascending: what an object rebuilds its spine from, page by page. What most
-- messages do not have is absent.
create function parley.room_spine(p_room_id uuid, p_after bigint, p_limit int) returns jsonb
language plpgsql volatile
set search_path = ''
as $$
declare
  seqs bigint[] := array(
    select m.seq from public.messages m
    where m.room_id = p_room_id and m.seq > p_after and m.type <> 'system'
      and exists (select from parley.commands c where c.room_id = m.room_id and c.id = m.client_id)
    order by m.seq
    limit p_limit);
begin
  perform private.settle_rows(p_room_id, seqs);
  return (
    select coalesce(jsonb_agg(jsonb_build_object(
      'seq', m.seq, 'rev', m.rev, 'id', m.client_id, 'by', m.sender_id, 'hash', c.hash, 'at', private.to_ms(m.created_at),
      'imported', m.metadata ? 'import')
      || jsonb_strip_nulls(jsonb_build_object(
        'replyTo', m.reply_to_seq, 'thread', m.thread_seq,
        'mentions', case when m.mentions <> '{}' then to_jsonb(m.mentions) end,
        'expiresAt', private.to_ms(m.expires_at), 'editedAt', private.to_ms(m.edited_at),
        'deletedAt', private.to_ms(m.deleted_at), 'pinnedAt', private.to_ms(m.pinned_at))) order by m.seq), '[]')
    from public.messages m
    join parley.commands c on c.room_id = m.room_id and c.id = m.client_id
    where m.room_id = p_room_id and m.seq = any (seqs));
end
$$;

-- The commands that made no message (edits, deletions, reactions, pins), by seq: {commands: [{seq, id, hash}], next}. A
-- page looks at p_limit commands of any kind and may hold fewer; `next` is the p_after of the following page, or null.
create function parley.room_commands(p_room_id uuid, p_after bigint, p_limit int) returns jsonb
language sql stable
set search_path = ''
as $$
  with page as (
    select c.seq, c.id, c.hash from parley.commands c
    where c.room_id = p_room_id and c.seq > p_after
    order by c.seq
    limit p_limit
  )
  select jsonb_build_object(
    'commands', (
      select coalesce(jsonb_agg(jsonb_build_object('seq', p.seq, 'id', p.id, 'hash', p.hash) order by p.seq), '[]')
      from page p
      where not exists (select from public.messages m where m.room_id = p_room_id and m.seq = p.seq)),
    'next', (select case when count(*) = p_limit then max(p.seq) end from page p));
$$;

-- How far one message has come with each who was a member when it was posted: {person, delivered, read}. Rows and marks
-- together: rows stand in small rooms alone, and in those behind the marks while a room catches up.
create function parley.message_receipts(p_room_id uuid, p_seq bigint) returns jsonb
language sql stable
set search_path = ''
as $$
  select coalesce(jsonb_agg(jsonb_build_object(
    'person', p.user_id,
    'delivered', s.delivered_at is not null or greatest(p.last_delivered_seq, p.last_read_seq) >= m.seq,
    'read', not p.receipts_hidden and (s.read_at is not null or p.last_read_seq >= m.seq)) order by p.user_id), '[]')
  from public.messages m
  join public.room_participants p on p.room_id = m.room_id and p.left_at is null and p.user_id is distinct from m.sender_id
  left join public.message_status s on s.room_id = m.room_id and s.seq = m.seq and s.user_id = p.user_id
  where m.room_id = p_room_id and m.seq = p_seq and m.type <> 'system'
    and (s.user_id is not null or p.joined_at <= m.created_at);
$$;

revoke execute on all functions in schema private from public, anon, authenticated;
grant execute on all functions in schema private to service_role;
grant execute on function private.search_text(text), private.to_ms(timestamptz), private.my_room_ids(), private.my_sql_room_ids(),
  private.my_managed_room_ids(), private.can_see(uuid, text), private.can_post(uuid), private.refuse(text),
  private.open_direct_room(uuid), private.unread_counts(int), private.user_cards(uuid[]),
  private.search_my_messages(
    text, uuid, int, uuid, text, timestamptz, timestamptz, text, timestamptz, uuid, bigint)
  to authenticated;

revoke execute on all functions in schema parley from public, anon, authenticated;
grant execute on all functions in schema parley to service_role;

revoke execute on function public.get_or_create_direct_room(uuid), public.mark_room_read(uuid, bigint),
  public.get_unread_counts(int), public.get_room_stats(uuid), public.set_presence(boolean, text, int),
  public.get_user_cards(uuid[]), public.ingest_batch(uuid, bigint, bigint, bigint, jsonb, jsonb, boolean),
  public.sweep_ephemeral(int),
  public.search_messages(text, uuid, int, uuid, text, timestamptz, timestamptz, text, timestamptz, uuid, bigint)
  from public, anon, authenticated;
grant execute on function public.get_or_create_direct_room(uuid), public.mark_room_read(uuid, bigint),
  public.get_unread_counts(int), public.get_room_stats(uuid), public.set_presence(boolean, text, int),
  public.get_user_cards(uuid[]),
  public.search_messages(text, uuid, int, uuid, text, timestamptz, timestamptz, text, timestamptz, uuid, bigint)
  to authenticated;
grant execute on function public.ingest_batch(uuid, bigint, bigint, bigint, jsonb, jsonb, boolean), public.sweep_ephemeral(int)
  to service_role;

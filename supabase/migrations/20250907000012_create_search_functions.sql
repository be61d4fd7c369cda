-- Search over messages, people and rooms, and what a room shares. In parley, for the worker, which takes the person from
-- their session; answers are jsonb with camelCase keys and times in epoch milliseconds.

-- What a message holds beside words.
create function private.shared_kinds(type text, content text, metadata jsonb) returns text[]
language sql immutable
return
  case when type in ('image', 'video', 'audio', 'file') then array[type] else '{}' end
  || array(
    select distinct case
      when a ->> 'mime' like 'image/%' then 'image'
      when a ->> 'mime' like 'video/%' then 'video'
      when a ->> 'mime' like 'audio/%' then 'audio'
      else 'file'
    end
    from jsonb_array_elements(case jsonb_typeof(metadata -> 'attachments') when 'array' then metadata -> 'attachments' end) a)
  || case when content ~* 'https?://' then array['link'] else '{}' end;

-- Null, which takes no room, in most; and those call no function for it.
alter table public.messages add column shared text[] generated always as (
  case when type <> 'system'
    and (type in ('image', 'video', 'audio', 'file') or content ~* 'https?://' or jsonb_typeof(metadata -> 'attachments') = 'array')
  then private.shared_kinds(type, content, metadata) end) stored;

-- By what a message holds, and no longer by its type, which rooms do not write.
drop index public.messages_media_idx;
create index messages_media_idx on public.messages (room_id, seq) where shared is not null;

-- People are found by either name.
drop index public.user_profiles_display_name_trgm_idx;
create index user_profiles_names_trgm_idx on public.user_profiles
  using gin (display_name extensions.gin_trgm_ops, username extensions.gin_trgm_ops);

-- The text of a like pattern that stands for itself.
create function private.like_text(value text) returns text
language sql immutable
return regexp_replace(value, '([\\%_])', '\\\1', 'g');

-- When a day begins in a time zone. As a name '+14:00' would be POSIX, which counts to the west.
create function private.midnight(day date, zone text) returns timestamptz
language sql stable
return case when zone ~ '^[+-]' then day::timestamp at time zone zone::interval else day::timestamp at time zone zone end;

-- A message as protocol/row.ts has it.
create function private.message_row(m public.messages) returns jsonb
language sql stable
set search_path = ''
as $$
  select jsonb_build_object(
    'seq', m.seq, 'rev', m.rev, 'id', m.client_id, 'at', private.to_ms(m.created_at), 'by', m.sender_id,
    'text', m.content, 'replyTo', m.reply_to_seq, 'thread', m.thread_seq, 'mentions', to_jsonb(m.mentions),
    'metadata', m.metadata, 'edits', '[]'::jsonb, 'editedAt', private.to_ms(m.edited_at),
    'deletedAt', private.to_ms(m.deleted_at), 'deletedBy', m.deleted_by, 'pinnedAt', private.to_ms(m.pinned_at),
    'expiresAt', private.to_ms(m.expires_at),
    'reactions', (
      select coalesce(jsonb_agg(jsonb_build_object(
        'person', x.user_id, 'emoji', x.emoji, 'at', private.to_ms(x.created_at)) order by x.user_id, x.emoji), '[]')
      from public.message_reactions x
      where x.room_id = m.room_id and x.seq = m.seq),
    'type', case when m.type = 'system' then 'system' else 'text' end);
$$;

-- One word or phrase. What the parser takes for several words (a date, a run of Chinese) is meant as they stand.
create function private.term_query(term jsonb) returns tsquery
language plpgsql immutable
set search_path = ''
as $$
declare
  words tsquery := phraseto_tsquery('pg_catalog.simple'::regconfig, private.search_text(term ->> 'text'));
begin
  if numnode(words) > 0 and (term -> 'prefix')::boolean then
    return (words::text || ':*')::tsquery;
  end if;
  return words;
end
$$;

-- What must stand in a message (whole words, or words that begin so), or, excluded, must not; null when that is nothing.
create function private.terms_query(terms jsonb, sort text) returns tsquery
language plpgsql immutable
set search_path = ''
as $$
declare
  together tsquery;
  term jsonb;
  words tsquery;
begin
  for term in
    select t from jsonb_array_elements(terms) t
    where sort = case when (t -> 'not')::boolean then 'excluded' when (t -> 'prefix')::boolean then 'begun' else 'whole' end
  loop
    words := private.term_query(term);
    together := case
      when numnode(words) = 0 then together
      when together is null then words
      when sort = 'excluded' then together || words
      else together && words
    end;
  end loop;
  return together;
end
$$;

-- The people whom a filter names, among those who are or were in a room of this person's.
create function private.people_named(p_person uuid, p_by text, p_value text) returns uuid[]
language plpgsql stable
set search_path = ''
as $$
declare
  named uuid[] := case
    when p_by = 'me' then array[p_person]
    when p_by = 'id' then array[p_value::uuid]
    when p_by = 'username' then array(select u.id from public.user_profiles u where u.username = p_value)
    else array(
      select u.id from public.user_profiles u where u.display_name ilike private.like_text(p_value)
      union
      select u.id from public.user_profiles u where u.username = lower(p_value)
      limit 1000)
  end;
begin
  return array(
    select n.id from unnest(named) n (id)
    where n.id = p_person or exists (
      select from public.room_participants mine
      join public.room_participants theirs on theirs.room_id = mine.room_id and theirs.user_id = n.id
      where mine.user_id = p_person and mine.left_at is null));
end
$$;

-- The rooms of this person that a filter names: a group by its name, a direct room by the other person's.
create function private.rooms_named(p_person uuid, p_by text, p_value text) returns uuid[]
language sql stable
set search_path = ''
as $$
  select array(
    select r.id
    from public.room_participants p
    join public.rooms r on r.id = p.room_id
    where p.user_id = p_person and p.left_at is null
      and case
        when p_by = 'id' then r.id = p_value::uuid
        when r.type = 'group' then r.name ilike private.like_text(p_value)
        else exists (
          select from public.room_participants o
          join public.user_profiles u on u.id = o.user_id
          where o.room_id = r.id and o.user_id <> p_person
            and (u.display_name ilike private.like_text(p_value) or u.username = lower(p_value)))
      end);
$$;

-- p_ask: terms [{text, not, prefix}], filters [{kind, by, value, not, what, day}] as protocol/search-query.ts has them, and
-- room, from, before, after (epoch milliseconds), has, sort, timeZone, limit, cursor. A cursor is the last result of the
-- page before: {at (microseconds), room, seq, rank}. Answers {items: [{room, roomName, roomType, message, name, blocked}],
-- next, unknown: the places of filters that name nobody or nothing, empty: none of its words is one}.
create function parley.search_messages(p_person uuid, p_ask jsonb) returns jsonb
language plpgsql stable
set search_path = ''
set plan_cache_mode = 'force_custom_plan'
set enable_sort = 'on'
as $$
declare
  whole tsquery := private.terms_query(p_ask -> 'terms', 'whole');
  begun tsquery := private.terms_query(p_ask -> 'terms', 'begun');
  unwanted tsquery := private.terms_query(p_ask -> 'terms', 'excluded');
  -- What the index finds. Every word that begins so would be read from it once for each room, so beside a whole word the
  -- beginnings, and what is excluded, are looked for in what that finds: 4 s became 50 ms.
  wanted tsquery := coalesce(whole, begun);
  ranked boolean := p_ask ->> 'sort' = 'ranked' and wanted is not null;
  page int := (p_ask -> 'limit')::int;
  rooms uuid[] := case when p_ask ? 'room' then array[(p_ask ->> 'room')::uuid] end;
  not_rooms uuid[] := '{}';
  senders uuid[] := case when p_ask ? 'from' then array[(p_ask ->> 'from')::uuid] end;
  not_senders uuid[] := '{}';
  filtered uuid[];
  named uuid[];
  kinds text[] := array(
    select f ->> 'what' from jsonb_array_elements(p_ask -> 'filters') f
    where f ->> 'kind' = 'has' and not (f -> 'not')::boolean
    union select p_ask ->> 'has' where p_ask ? 'has');
  not_kinds text[] := array(
    select f ->> 'what' from jsonb_array_elements(p_ask -> 'filters') f where f ->> 'kind' = 'has' and (f -> 'not')::boolean);
  reacted boolean := case when 'reaction' = any (kinds) then true when 'reaction' = any (not_kinds) then false end;
  since timestamptz;
  until timestamptz;
  last_at timestamptz := timestamptz 'epoch' + (p_ask #>> '{cursor,at}')::bigint * interval '1 microsecond';
  last_room uuid := p_ask #>> '{cursor,room}';
  last_seq bigint := p_ask #>> '{cursor,seq}';
  last_rank real := p_ask #>> '{cursor,rank}';
  unknown jsonb := '[]';
  filter record;
  found_rooms uuid[];
  found_seqs bigint[];
  found_ats timestamptz[];
  found_ranks real[];
  answer jsonb;
begin
  -- Words that are none, such as emoji, stand nowhere; without any the filters alone find.
  if wanted is null and exists (
    select from jsonb_array_elements(p_ask -> 'terms') t where not (t -> 'not')::boolean)
  then
    return jsonb_build_object('items', '[]'::jsonb, 'next', null, 'unknown', '[]'::jsonb, 'empty', true);
  end if;

  for filter in
    select e.f ->> 'kind' as kind, e.f ->> 'by' as way, e.f ->> 'value' as value, (e.f -> 'not')::boolean as excluded,
      (e.i - 1)::int as place
    from jsonb_array_elements(p_ask -> 'filters') with ordinality e (f, i)
    where e.f ->> 'kind' in ('from', 'in')
  loop
    named := case filter.kind
      when 'from' then private.people_named(p_person, filter.way, filter.value)
      else private.rooms_named(p_person, filter.way, filter.value)
    end;
    if named = '{}' then
      unknown := unknown || to_jsonb(filter.place);
    end if;
    if filter.kind = 'from' and filter.excluded then
      not_senders := not_senders || named;
    elsif filter.kind = 'from' then
      senders := coalesce(senders, '{}') || named;
    elsif filter.excluded then
      not_rooms := not_rooms || named;
    else
      rooms := coalesce(rooms, '{}') || named;
    end if;
  end loop;

  select max(t.since), min(t.until) into since, until
  from (
    select
      case f ->> 'kind' when 'on' then d.begins when 'after' then d.ends end,
      case f ->> 'kind' when 'on' then d.ends when 'before' then d.begins end
    from jsonb_array_elements(p_ask -> 'filters') f
    cross join lateral (
      select private.midnight((f ->> 'day')::date, p_ask ->> 'timeZone') as begins,
        private.midnight((f ->> 'day')::date + 1, p_ask ->> 'timeZone') as ends) d
    where f ? 'day'
    union all
    select private.from_ms((p_ask -> 'after')::bigint), private.from_ms((p_ask -> 'before')::bigint)
  ) t (since, until);
  -- A page further down begins below the last result.
  if not ranked then
    until := least(until, last_at + interval '1 microsecond');
  end if;
  kinds := array_remove(kinds, 'reaction');
  not_kinds := array_remove(not_kinds, 'reaction');

  if wanted is not null then
    -- One plan for every word: knowing a common one, Postgres reads whole rooms. Where there is only the beginning of one
    -- it has to know: 1.7 s became 50 ms.
    if whole is not null then
      perform set_config('plan_cache_mode', 'force_generic_plan', true);
    end if;
    select array_agg(f.room_id), array_agg(f.seq), array_agg(f.created_at), array_agg(f.rank)
    into found_rooms, found_seqs, found_ats, found_ranks
    from (
      select m.*
      from public.room_participants p
      cross join lateral (
        select n.room_id, n.seq, n.created_at, case when ranked then ts_rank(n.search, wanted) else 0 end as rank
        from public.messages n
        where n.room_id = p.room_id and n.search @@ wanted
          and n.type <> 'system' and n.deleted_at is null
          and (n.expires_at is null or n.expires_at > now())
          and n.seq > p.history_from_seq
          and (whole is null or begun is null or n.search @@ begun)
          and (unwanted is null or not n.search @@ unwanted)
          and (senders is null or n.sender_id = any (senders))
          and (not_senders = '{}' or n.sender_id is null or n.sender_id <> all (not_senders))
          and (kinds = '{}' or n.shared @> kinds)
          and (not_kinds = '{}' or n.shared is null or not n.shared && not_kinds)
          and (reacted is null or reacted = exists (
            select from public.message_reactions x where x.room_id = n.room_id and x.seq = n.seq))
          and (since is null or n.created_at >= since)
          and (until is null or n.created_at < until)
        -- Keeps it a look into one room, with the room in the index condition.
        offset 0
      ) m
      where p.user_id = p_person and p.left_at is null and (p.banned_until is null or p.banned_until <= now())
        and (rooms is null or p.room_id = any (rooms)) and p.room_id <> all (not_rooms)
        and (last_at is null or (m.rank, m.created_at, m.room_id, m.seq) < (last_rank, last_at, last_room, last_seq))
      order by m.rank desc, m.created_at desc, m.room_id desc, m.seq desc
      limit page + 1
    ) f;
  else
    -- Back in time along each room, as far as a page needs. Most rooms are short, and so Postgres takes all for it: it would
    -- read and sort a room of 60,000. What is shared has an index of its own.
    if kinds = '{}' then
      perform set_config('enable_sort', 'off', true);
    end if;
    select array_agg(f.room_id), array_agg(f.seq), array_agg(f.created_at), array_agg(0::real)
    into found_rooms, found_seqs, found_ats, found_ranks
    from (
      select m.*
      from public.room_participants p
      cross join lateral (
        select n.room_id, n.seq, n.created_at
        from public.messages n
        where n.room_id = p.room_id
          and n.type <> 'system' and n.deleted_at is null
          and (n.expires_at is null or n.expires_at > now())
          and n.seq > p.history_from_seq
          and (unwanted is null or not n.search @@ unwanted)
          and (senders is null or n.sender_id = any (senders))
          and (not_senders = '{}' or n.sender_id is null or n.sender_id <> all (not_senders))
          and (kinds = '{}' or n.shared @> kinds)
          and (not_kinds = '{}' or n.shared is null or not n.shared && not_kinds)
          and (reacted is null or reacted = exists (
            select from public.message_reactions x where x.room_id = n.room_id and x.seq = n.seq))
          and (since is null or n.created_at >= since)
          and (until is null or n.created_at < until)
          and (last_at is null or (n.created_at, n.room_id, n.seq) < (last_at, last_room, last_seq))
        order by n.created_at desc, n.seq desc
        limit page + 1
      ) m
      where p.user_id = p_person and p.left_at is null and (p.banned_until is null or p.banned_until <= now())
        and (rooms is null or p.room_id = any (rooms)) and p.room_id <> all (not_rooms)
        -- Who never was in a room has written nothing there.
        and (senders is null or exists (
          select from public.room_participants q where q.room_id = p.room_id and q.user_id = any (senders)))
      order by m.created_at desc, m.room_id desc, m.seq desc
      limit page + 1
    ) f;
  end if;

  select coalesce(jsonb_agg(jsonb_build_object(
    'room', r.id, 'roomType', r.type, 'message', private.message_row(m), 'name', u.display_name,
    'roomName', coalesce(r.name, (
      select o.display_name from public.room_participants q join public.user_profiles o on o.id = q.user_id
      where q.room_id = r.id and q.user_id <> p_person and r.type = 'direct')),
    'blocked', coalesce(m.sender_id = any (me.blocked_user_ids), false)) order by f.place), '[]')
  into answer
  from unnest(found_rooms[:page], found_seqs[:page]) with ordinality f (room_id, seq, place)
  join public.messages m on m.room_id = f.room_id and m.seq = f.seq
  join public.rooms r on r.id = f.room_id
  join public.user_profiles me on me.id = p_person
  left join public.user_profiles u on u.id = m.sender_id;
  return jsonb_build_object(
    'items', answer, 'unknown', unknown, 'empty', false,
    'next', case when cardinality(found_rooms) > page then jsonb_build_object(
      'at', (extract(epoch from found_ats[page]) * 1000000)::bigint, 'room', found_rooms[page], 'seq', found_seqs[page],
      'rank', found_ranks[page]) end);
end
$$;

-- People whose username or a word of whose name begins so, or, from three letters on, has it inside: {items, next}. Contacts
-- come first, then those whose name begins so. Of two people of whom one blocks the other neither finds the other.
create function parley.search_people(p_person uuid, p_text text, p_limit int, p_cursor jsonb) returns jsonb
language plpgsql stable
set search_path = ''
set plan_cache_mode = 'force_custom_plan'
as $$
declare
  begins text := private.like_text(p_text) || '%';
  inside text := case when char_length(p_text) > 2 then '%' else '% ' end || private.like_text(p_text) || '%';
  answer jsonb;
begin
  with found as materialized (
    select f.*
    from (
      select u.id, u.username, u.display_name, c.contact, lower(u.display_name) as name,
        case when c.contact then 0 else 2 end
          + case when u.display_name ilike begins or u.username ilike begins then 0 else 1 end as tier
      from public.user_profiles u
      join public.user_profiles me on me.id = p_person
      cross join lateral (select private.has_contact(p_person, u.id) as contact) c
      where (u.display_name ilike begins or u.display_name ilike inside or u.username ilike begins)
        and u.id <> p_person
        and u.id <> all (me.blocked_user_ids) and p_person <> all (u.blocked_user_ids)
    ) f
    where p_cursor is null
      or (f.tier, f.name, f.id) > ((p_cursor -> 'tier')::int, p_cursor ->> 'name', (p_cursor ->> 'id')::uuid)
    order by f.tier, f.name, f.id
    limit p_limit + 1
  ), page as (
    select * from found order by tier, name, id limit p_limit
  )
  select jsonb_build_object(
    'items', (
      select coalesce(jsonb_agg(jsonb_build_object(
        'id', g.id, 'username', g.username, 'name', g.display_name, 'contact', g.contact) order by g.tier, g.name, g.id), '[]')
      from page g),
    'next', case when (select count(*) from found) > p_limit then (
      select jsonb_build_object('tier', g.tier, 'name', g.name, 'id', g.id)
      from page g order by g.tier desc, g.name desc, g.id desc limit 1) end)
  into answer;
  return answer;
end
$$;

-- This person's rooms by name (a direct room has the other person's), then public ones: {items, next}. One that is
-- being deleted has no members any more, and is not among them.
create function parley.search_rooms(p_person uuid, p_text text, p_limit int, p_cursor jsonb) returns jsonb
language plpgsql stable
set search_path = ''
set plan_cache_mode = 'force_custom_plan'
as $$
declare
  begins text := private.like_text(p_text) || '%';
  inside text := '%' || private.like_text(p_text) || '%';
  answer jsonb;
begin
  with mine as materialized (
    select r.id, r.type, r.member_count, r.last_message_at, true as member,
      case when r.type = 'group' then r.name else (
        select o.display_name from public.room_participants q join public.user_profiles o on o.id = q.user_id
        where q.room_id = r.id and q.user_id <> p_person) end as shown
    from public.room_participants p
    join public.rooms r on r.id = p.room_id
    where p.user_id = p_person and p.left_at is null and (p.banned_until is null or p.banned_until <= now())
  ), found as materialized (
    select f.*
    from (
      select a.*, lower(a.shown) as name, case when a.member then 0 else 2 end + case when a.shown ilike begins then 0 else 1 end as tier
      from (
        select * from mine m where m.shown ilike inside
        union all
        select r.id, r.type, r.member_count, r.last_message_at, false, r.name
        from public.rooms r
        where r.type = 'group' and r.visibility = 'public' and r.name ilike inside and r.member_count > 0
          and not exists (select from mine m where m.id = r.id)
          and not exists (
            select from public.room_participants b where b.room_id = r.id and b.user_id = p_person and b.banned_until > now())
      ) a
    ) f
    where p_cursor is null
      or (f.tier, f.name, f.id) > ((p_cursor -> 'tier')::int, p_cursor ->> 'name', (p_cursor ->> 'id')::uuid)
    order by f.tier, f.name, f.id
    limit p_limit + 1
  ), page as (
    select * from found order by tier, name, id limit p_limit
  )
  select jsonb_build_object(
    'items', (
      select coalesce(jsonb_agg(jsonb_build_object(
        'id', g.id, 'type', g.type, 'name', g.shown, 'memberCount', g.member_count, 'member', g.member,
        'lastMessageAt', private.to_ms(g.last_message_at)) order by g.tier, g.name, g.id), '[]')
      from page g),
    'next', case when (select count(*) from found) > p_limit then (
      select jsonb_build_object('tier', g.tier, 'name', g.name, 'id', g.id)
      from page g order by g.tier desc, g.name desc, g.id desc limit 1) end)
  into answer;
  return answer;
end
$$;

-- How far one message has come with each who was a member when it was posted: {receipts: [{person, name, delivered, read,
-- deliveredAt, readAt}]}. Null: there is no such message here yet.
create function parley.message_info(p_room_id uuid, p_seq bigint) returns jsonb
language sql stable
set search_path = ''
as $$
  select jsonb_build_object('receipts', case
    when exists (select from public.messages m where m.room_id = p_room_id and m.seq = p_seq) then (
      select coalesce(jsonb_agg(i.receipt || jsonb_build_object(
        'name', u.display_name, 'deliveredAt', private.to_ms(s.delivered_at),
        'readAt', case when (i.receipt -> 'read')::boolean then private.to_ms(s.read_at) end) order by u.display_name, u.id), '[]')
      from jsonb_array_elements(parley.message_receipts(p_room_id, p_seq)) i (receipt)
      join public.user_profiles u on u.id = (i.receipt ->> 'person')::uuid
      left join public.message_status s on s.room_id = p_room_id and s.seq = p_seq and s.user_id = u.id)
  end);
$$;

revoke execute on function private.shared_kinds(text, text, jsonb), private.like_text(text),
  private.midnight(date, text), private.message_row(public.messages), private.term_query(jsonb), private.terms_query(jsonb, text),
  private.people_named(uuid, text, text), private.rooms_named(uuid, text, text)
  from public, anon, authenticated;
grant execute on function private.shared_kinds(text, text, jsonb), private.like_text(text),
  private.midnight(date, text), private.message_row(public.messages), private.term_query(jsonb), private.terms_query(jsonb, text),
  private.people_named(uuid, text, text), private.rooms_named(uuid, text, text)
  to service_role;
-- A generated column is computed as whoever writes the row, and people write rows in sql rooms.
grant execute on function private.shared_kinds(text, text, jsonb) to authenticated;
revoke execute on function parley.search_messages(uuid, jsonb), parley.search_people(uuid, text, int, jsonb),
  parley.search_rooms(uuid, text, int, jsonb), parley.message_info(uuid, bigint)
  from public, anon, authenticated;
grant execute on function parley.search_messages(uuid, jsonb), parley.search_people(uuid, text, int, jsonb),
  parley.search_rooms(uuid, text, int, jsonb), parley.message_info(uuid, bigint)
  to service_role;

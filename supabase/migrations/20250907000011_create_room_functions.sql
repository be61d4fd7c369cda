-- What the front door asks of rooms: opening one, coming in, and the lists that their members see. For service_role alone.
--
-- A list answers {items, next}: `next` is the key of the last row, which the caller gives back to go on after it, or null.

-- open: whoever holds a link or finds the room in the directory comes in. approval: they ask, and an admin decides.
alter table public.rooms add column join_policy text not null default 'open'
  constraint rooms_join_policy_check check (join_policy in ('open', 'approval'));

-- What of the past is for whoever comes in: all of it, or nothing from before they joined.
alter table public.rooms add column history text not null default 'all'
  constraint rooms_history_check check (history in ('all', 'joined'));

-- Null: the link never ends by itself.
alter table parley.join_links alter column expires_at drop not null;

-- Of public rooms alone there is a list for everyone; among all rooms they are few. In parley, since a table of its own
-- costs the rooms' heap-only updates nothing.
create table parley.public_rooms (
  room_id uuid primary key references public.rooms (id) on delete cascade
);
alter table parley.public_rooms enable row level security;
revoke all on parley.public_rooms from anon, authenticated;
grant select, insert, update, delete on parley.public_rooms to service_role;

create function private.list_public_room() returns trigger
language plpgsql security definer
set search_path = ''
as $$
begin
  if new.visibility = 'public' and new.type = 'group' then
    insert into parley.public_rooms (room_id) values (new.id) on conflict do nothing;
  else
    delete from parley.public_rooms l where l.room_id = new.id;
  end if;
  return null;
end
$$;

create trigger rooms_list_public after insert on public.rooms
  for each row when (new.visibility = 'public')
  execute function private.list_public_room();
create trigger rooms_relist_public after update of visibility on public.rooms
  for each row when (new.visibility is distinct from old.visibility)
  execute function private.list_public_room();

insert into parley.public_rooms (room_id)
select r.id from public.rooms r where r.visibility = 'public' and r.type = 'group';

-- The rooms that someone may be in, and own: protocol/limits.ts has the same numbers.
create function private.most_rooms() returns int language sql immutable set search_path = '' return 2000;
create function private.most_rooms_owned() returns int language sql immutable set search_path = '' return 500;
-- Links of a room that open something.
create function private.most_links() returns int language sql immutable set search_path = '' return 100;

-- Nothing is locked for this: two who add someone at once may pass the limit by one, and nothing rests on it.
create function private.in_too_many_rooms(p_person uuid) returns boolean
language sql stable
set search_path = ''
as $$
  select private.most_rooms() <= (
    select count(*) from public.room_participants p where p.user_id = p_person and p.left_at is null);
$$;

create function private.owns_too_many_rooms(p_person uuid) returns boolean
language sql stable
set search_path = ''
as $$
  select private.most_rooms_owned() <= (
    select count(*) from public.room_participants p
    where p.user_id = p_person and p.left_at is null and p.role = 'owner');
$$;

-- The role of someone who is a member now, or null.
create function private.standing(p_room_id uuid, p_person uuid) returns text
language sql stable
set search_path = ''
as $$
  select p.role from public.room_participants p
  where p.room_id = p_room_id and p.user_id = p_person and p.left_at is null
    and (p.banned_until is null or p.banned_until <= now());
$$;

create function parley.standing(p_room_id uuid, p_person uuid) returns text
language sql stable
set search_path = ''
as $$
  select private.standing(p_room_id, p_person);
$$;

-- One direct room per pair, whoever opens it and however often. p_person accepts the room; the other becomes a contact of
-- theirs only. Answers {outcome}: open {roomId}, self, too_many, or unknown, which does not tell someone who is not there
-- from a block.
create function private.direct_room(p_person uuid, p_other uuid) returns jsonb
language plpgsql volatile
set search_path = ''
as $$
declare
  key text := least(p_person, p_other)::text || ':' || greatest(p_person, p_other)::text;
  room uuid;
  hide boolean;
begin
  if p_other = p_person then
    return jsonb_build_object('outcome', 'self');
  end if;
  select r.id into room from public.rooms r where r.direct_key = key;
  if room is null then
    if not exists (select from public.user_profiles u where u.id = p_person)
      or not exists (select from public.user_profiles u where u.id = p_other)
      or private.blocks(p_person, p_other) or private.blocks(p_other, p_person)
    then
      return jsonb_build_object('outcome', 'unknown');
    end if;
    if private.in_too_many_rooms(p_person) then
      return jsonb_build_object('outcome', 'too_many');
    end if;
    insert into public.rooms (type, direct_key, created_by) values ('direct', key, p_person)
    on conflict on constraint rooms_direct_key_key do nothing
    returning id into room;
    if room is not null then
      select not bool_and(u.read_receipts) into hide from public.user_profiles u where u.id in (p_person, p_other);
      insert into public.room_participants (room_id, user_id, receipts_hidden, accepted_at)
      select room, person, hide, case when person = p_person then now() end
      from unnest(array[p_person, p_other]) person
      order by person;
      return jsonb_build_object('outcome', 'open', 'roomId', room);
    end if;
    -- The other side opened it in this moment.
    select r.id into room from public.rooms r where r.direct_key = key;
  end if;
  update public.room_participants p set accepted_at = now()
  where p.room_id = room and p.user_id = p_person and p.accepted_at is null;
  return jsonb_build_object('outcome', 'open', 'roomId', room);
end
$$;

create function parley.open_direct(p_person uuid, p_other uuid) returns jsonb
language sql volatile
set search_path = ''
as $$
  select private.direct_room(p_person, p_other);
$$;

-- Why a change of a member cannot be made, or null.
create or replace function private.member_obstacle(p_room_id uuid, p_by uuid, p_kind text, p_person uuid, p_role text)
returns text
language sql stable
set search_path = ''
as $$
  select case
    when u.id is null then 'unknown'
    when p_kind = 'add' then case
      when p.banned_until > now() then 'banned'
      when p.user_id is not null and p.left_at is null then 'already'
      -- Whoever knocks lets this room add them.
      when p_by is distinct from p_person and not private.lets_add(p_person, p_by) and not exists (
        select from parley.join_requests q
        where q.room_id = p_room_id and q.person = p_person and q.state = 'waiting') then 'privacy'
      when private.in_too_many_rooms(p_person) then 'too_many_rooms'
    end
    -- The owner hands the room over first; a room without one could never be given back.
    when p.role = 'owner' and p.left_at is null then 'owner'
    when p_kind in ('ban', 'unban') then case when p.user_id is null and p_kind = 'unban' then 'not_member' end
    when p.user_id is null or p.left_at is not null then 'not_member'
    when p_kind = 'role' and coalesce(p_role not in ('admin', 'moderator', 'member'), true) then 'role'
  end
  from (select p_person as person) asked
  left join public.user_profiles u on u.id = asked.person
  left join public.room_participants p on p.room_id = p_room_id and p.user_id = asked.person;
$$;

-- Up to where the past is not for someone who comes in now.
create function private.history_before(p_room_id uuid, p_head bigint) returns bigint
language sql stable
set search_path = ''
as $$
  select case r.history when 'all' then 0 else p_head end from public.rooms r where r.id = p_room_id;
$$;

-- Who finds a room, how they come in, and what of the past is for them; null: as it is. Answers {outcome}: changed,
-- forbidden.
create function parley.change_entry(
  p_room_id uuid, p_by uuid, p_visibility text default null, p_join_policy text default null,
  p_history text default null)
returns jsonb
language plpgsql volatile
set search_path = ''
as $$
begin
  if not private.manages(p_room_id, p_by) then
    return jsonb_build_object('outcome', 'forbidden');
  end if;
  update public.rooms r
  set visibility = coalesce(p_visibility, r.visibility), join_policy = coalesce(p_join_policy, r.join_policy),
      history = coalesce(p_history, r.history)
  where r.id = p_room_id
    and (p_visibility <> r.visibility or p_join_policy <> r.join_policy or p_history <> r.history);
  if found then
    perform private.record('entry_changed', p_by, p_room_id, null,
      jsonb_build_object('visibility', p_visibility, 'joinPolicy', p_join_policy, 'history', p_history));
  end if;
  return jsonb_build_object('outcome', 'changed');
end
$$;

-- One room: for its members, and of a public one for everyone who is not banned. `role` is null for who is no member, `with`
-- the other one of a direct room. Null: there is no such room for this person.
create function parley.room_card(p_room_id uuid, p_person uuid) returns jsonb
language sql stable
set search_path = ''
as $$
  select jsonb_build_object(
    'id', r.id, 'type', r.type, 'name', r.name, 'description', r.description, 'visibility', r.visibility,
    'joinPolicy', r.join_policy, 'history', r.history, 'postPolicy', r.post_policy, 'slowModeSeconds', r.slow_mode_seconds,
    'disappearingMs', round(extract(epoch from r.disappearing_ttl) * 1000)::bigint,
    'createdBy', r.created_by, 'createdAt', private.to_ms(r.created_at), 'memberCount', r.member_count,
    'passcode', exists (select from parley.passcodes c where c.room_id = r.id),
    'role', private.standing(r.id, p_person),
    'with', case when r.type = 'direct' then (
      select jsonb_build_object('id', u.id, 'name', u.display_name)
      from public.user_profiles u
      where u.id <> p_person and u.id = any (string_to_array(r.direct_key, ':')::uuid[])) end)
  from public.rooms r
  where r.id = p_room_id
    and not exists (select from parley.jobs j where j.room_id = r.id and j.kind = 'delete_room')
    and (private.standing(r.id, p_person) is not null or (
      r.visibility = 'public' and r.type = 'group' and not exists (
        select from public.room_participants p
        where p.room_id = r.id and p.user_id = p_person and p.banned_until > now())));
$$;

-- A page of something that was collected with its keys: rows are {item, key}, one more than fits.
create function private.page_of(p_rows jsonb, p_limit int) returns jsonb
language sql immutable
set search_path = ''
as $$
  select jsonb_build_object(
    'items', coalesce(jsonb_agg(e.r -> 'item' order by e.place) filter (where e.place <= p_limit), '[]'),
    'next', case when count(*) > p_limit then (array_agg(e.r -> 'key' order by e.place))[p_limit] end)
  from jsonb_array_elements(p_rows) with ordinality as e (r, place);
$$;

-- A public room as the directory lists it, with its key: how well it fits, when it last had a message, its id. Microseconds,
-- so that the key is as fine as the order.
create function private.listed_room(room public.rooms, fit int, p_person uuid) returns jsonb
language sql stable
set search_path = ''
as $$
  select jsonb_build_object(
    'key', jsonb_build_array(fit, floor(extract(epoch from room.last_message_at) * 1000000)::bigint, room.id),
    'item', jsonb_build_object(
      'id', room.id, 'name', room.name, 'description', room.description, 'memberCount', room.member_count,
      'joinPolicy', room.join_policy, 'lastMessageAt', private.to_ms(room.last_message_at),
      'passcode', exists (select from parley.passcodes c where c.room_id = room.id),
      'member', private.standing(room.id, p_person) is not null));
$$;

-- The public rooms whose name holds p_query, the best fit first (0: the name, 1: its beginning, 2: a part) and then the most
-- recent; without one, the most recent. p_after is a key, as is `next`. Rooms that banned the person are left out.
--
-- In two statements: one that asks for both would read every public room although a name is asked for.
create function parley.directory(p_person uuid, p_query text default '', p_after jsonb default null, p_limit int default 50)
returns jsonb
language plpgsql stable
set search_path = ''
as $$
declare
  after jsonb := private.unwrap_json(p_after);
  after_fit int := after ->> 0;
  after_at timestamptz := 'epoch'::timestamptz + (after ->> 1)::bigint * interval '1 microsecond';
  after_id uuid := after ->> 2;
  part text := '%' || regexp_replace(p_query, '([\\%_])', '\\\1', 'g') || '%';
  found_rooms jsonb;
begin
  if p_query = '' then
    select jsonb_agg(private.listed_room(f.room, 0, p_person) order by f.at desc, f.id desc) into found_rooms
    from (
      select r as room, r.id, r.last_message_at as at
      from parley.public_rooms l
      join public.rooms r on r.id = l.room_id
      where r.member_count > 0
        and (after is null or (r.last_message_at, r.id) < (after_at, after_id))
        and not exists (
          select from public.room_participants p
          where p.room_id = r.id and p.user_id = p_person and p.banned_until > now())
      order by r.last_message_at desc, r.id desc
      limit p_limit + 1
    ) f;
  else
    select jsonb_agg(private.listed_room(f.room, f.fit, p_person) order by f.fit, f.at desc, f.id desc) into found_rooms
    from (
      select m.*
      from (
        select r as room, r.id, r.last_message_at as at,
          case when lower(r.name) = lower(p_query) then 0 when starts_with(lower(r.name), lower(p_query)) then 1 else 2 end as fit
        from parley.public_rooms l
        join public.rooms r on r.id = l.room_id
        where r.type = 'group' and r.name ilike part and r.member_count > 0
          and not exists (
            select from public.room_participants p
            where p.room_id = r.id and p.user_id = p_person and p.banned_until > now())
      ) m
      where after is null or m.fit > after_fit or (m.fit = after_fit and (m.at, m.id) < (after_at, after_id))
      order by m.fit, m.at desc, m.id desc
      limit p_limit + 1
    ) f;
  end if;
  return private.page_of(coalesce(found_rooms, '[]'), p_limit);
end
$$;

-- A room's members: owner, admins, moderators, then everyone, each by name. p_after: [rank, name, person], as is `next`.
-- Null for who is no member.
create function parley.members_of(p_room_id uuid, p_by uuid, p_after jsonb default null, p_limit int default 50) returns jsonb
language sql stable
set search_path = ''
as $$
  with after as (
    select private.unwrap_json(p_after) as key
  ), members as (
    select p.user_id, u.display_name, p.role, p.joined_at, p.silenced_until, lower(u.display_name) as name,
      array_position(array['owner', 'admin', 'moderator', 'member'], p.role) as rank
    from public.room_participants p
    join public.user_profiles u on u.id = p.user_id
    where p.room_id = p_room_id and p.left_at is null and (p.banned_until is null or p.banned_until <= now())
  ), page as (
    select m.*
    from members m, after a
    where a.key is null or (m.rank, m.name, m.user_id) > ((a.key ->> 0)::int, a.key ->> 1, (a.key ->> 2)::uuid)
    order by m.rank, m.name, m.user_id
    limit p_limit + 1
  )
  select case when private.standing(p_room_id, p_by) is not null then private.page_of(coalesce(jsonb_agg(jsonb_build_object(
    'key', jsonb_build_array(g.rank, g.name, g.user_id),
    'item', jsonb_build_object(
      'person', g.user_id, 'name', g.display_name, 'role', g.role, 'joinedAt', private.to_ms(g.joined_at),
      'silencedUntil', case when g.silenced_until > now() then private.to_ms(g.silenced_until) end))
    order by g.rank, g.name, g.user_id), '[]'), p_limit) end
  from page g;
$$;

-- Who is banned from a group, by name, for its moderators and above. p_after: [name, person], as is `next`. Null for others.
create function parley.bans_of(p_room_id uuid, p_by uuid, p_after jsonb default null, p_limit int default 50) returns jsonb
language sql stable
set search_path = ''
as $$
  with after as (
    select private.unwrap_json(p_after) as key
  ), banned as (
    select p.user_id, u.display_name, lower(u.display_name) as name,
      case when isfinite(p.banned_until) then private.to_ms(p.banned_until) end as until
    from public.room_participants p
    join public.user_profiles u on u.id = p.user_id
    where p.room_id = p_room_id and p.banned_until > now()
  ), page as (
    select b.*
    from banned b, after a
    where a.key is null or (b.name, b.user_id) > (a.key ->> 0, (a.key ->> 1)::uuid)
    order by b.name, b.user_id
    limit p_limit + 1
  )
  select case when private.standing(p_room_id, p_by) in ('owner', 'admin', 'moderator') then
    private.page_of(coalesce(jsonb_agg(jsonb_build_object(
      'key', jsonb_build_array(g.name, g.user_id),
      'item', jsonb_build_object('person', g.user_id, 'name', g.display_name, 'until', g.until))
      order by g.name, g.user_id), '[]'), p_limit) end
  from page g;
$$;

-- Who did what in a room, the newest first, for its owner and admins. p_after: the id of a record, as is `next`. Null for
-- others. Names are what people are called now, null when they are gone.
create function parley.audit_of(p_room_id uuid, p_by uuid, p_after bigint default null, p_limit int default 50) returns jsonb
language sql stable
set search_path = ''
as $$
  with page as (
    select e.* from parley.audit_log e
    where e.room_id = p_room_id and (p_after is null or e.id < p_after)
    order by e.id desc
    limit p_limit + 1
  )
  select case when private.manages(p_room_id, p_by) then private.page_of(coalesce(jsonb_agg(jsonb_build_object(
    'key', to_jsonb(g.id),
    'item', jsonb_build_object(
      'id', g.id, 'at', private.to_ms(g.at), 'action', g.action,
      'by', g.actor, 'byName', (select u.display_name from public.user_profiles u where u.id = g.actor),
      'person', g.person, 'personName', (select u.display_name from public.user_profiles u where u.id = g.person),
      'details', case
        when g.details ? 'until'
          then g.details || jsonb_build_object('until', private.to_ms((g.details ->> 'until')::timestamptz))
        else g.details
      end)) order by g.id desc), '[]'), p_limit) end
  from page g;
$$;

-- The links of a room, the newest first, with how many came in by each; `over` is why a link opens nothing any more, or
-- null. p_after: [-createdAt, link], as is `next`. Null for who is neither owner nor admin.
drop function parley.join_links_of(uuid, uuid);
create function parley.join_links_of(p_room_id uuid, p_by uuid, p_after jsonb default null, p_limit int default 50)
returns jsonb
language sql stable
set search_path = ''
as $$
  with after as (
    select private.unwrap_json(p_after) as key
  ), links as (
    select l.*, -private.to_ms(l.created_at) as age from parley.join_links l where l.room_id = p_room_id
  ), page as (
    select l.*
    from links l, after a
    where a.key is null or (l.age, l.id) > ((a.key ->> 0)::bigint, (a.key ->> 1)::uuid)
    order by l.age, l.id
    limit p_limit + 1
  )
  select case when private.manages(p_room_id, p_by) then private.page_of(coalesce(jsonb_agg(jsonb_build_object(
    'key', jsonb_build_array(g.age, g.id),
    'item', jsonb_build_object(
      'id', g.id, 'createdBy', g.created_by,
      'createdByName', (select u.display_name from public.user_profiles u where u.id = g.created_by),
      'createdAt', private.to_ms(g.created_at), 'expiresAt', private.to_ms(g.expires_at), 'maxUses', g.max_uses,
      'uses', (select count(*) from parley.link_uses u where u.code_hash = g.code_hash),
      'over', (select private.link_obstacle(l) from parley.join_links l where l.id = g.id)))
    order by g.age, g.id), '[]'), p_limit) end
  from page g;
$$;

-- What a link shows before anyone joins: nothing of the room's content. A banned person's link is unknown, so that the
-- ban does not tell them what goes on. `passcode` says that the room asks for one, `approval` that one asks to be let in.
create or replace function parley.link_preview(p_code_hash text, p_person uuid default null) returns jsonb
language sql stable
set search_path = ''
as $$
  select coalesce((
    select case
      when p.banned_until > now() then jsonb_build_object('outcome', 'unknown')
      when private.link_obstacle(l) is not null then
        jsonb_build_object('outcome', 'over', 'reason', private.link_obstacle(l))
      else jsonb_build_object(
        'outcome', 'open', 'roomId', r.id, 'roomName', r.name, 'memberCount', r.member_count,
        'invitedBy', u.display_name, 'member', p.user_id is not null and p.left_at is null,
        'approval', r.join_policy = 'approval',
        'passcode', exists (select from parley.passcodes c where c.room_id = r.id))
    end
    from parley.join_links l
    join public.rooms r on r.id = l.room_id
    left join public.user_profiles u on u.id = l.created_by
    left join public.room_participants p on p.room_id = r.id and p.user_id = p_person
    where l.code_hash = p_code_hash
  ), jsonb_build_object('outcome', 'unknown'));
$$;

-- Lets a person into a room, by a link or, without one, because it is public, with both marks at the room's head. The same
-- command answers the same again; a refusal changed nothing and is not kept, so asking again asks anew. Refusals: unknown,
-- over {reason}, approval (to be asked for, see ask_to_join), passcode (to be tried first, see try_passcode), too_many (rooms
-- of theirs), full.
create function private.enter_room(
  p_command uuid, p_room_id uuid, p_code_hash text, p_person uuid, p_head bigint)
returns jsonb
language plpgsql volatile
set search_path = ''
as $$
declare
  room public.rooms;
  link parley.join_links;
  membership public.room_participants;
  reply jsonb;
  refused_by text;
begin
  select c.answer into reply from parley.member_commands c where c.id = p_command;
  if reply is not null then
    return reply;
  end if;
  if not exists (select from public.user_profiles u where u.id = p_person) or not exists (
    select from public.rooms r
    where r.id = p_room_id and r.type = 'group' and (p_code_hash is not null or r.visibility = 'public'))
  then
    return jsonb_build_object('outcome', 'unknown');
  end if;

  reply := private.begin_command(p_command, p_room_id);
  if reply is not null then
    return reply;
  end if;

  room := private.lock_room(p_room_id, array[p_person]);
  -- Read again, and held: two people at once must not both be the last whom it lets in, and nobody comes in by a link
  -- that was revoked before.
  select * into link from parley.join_links l where l.code_hash = p_code_hash for no key update;
  select * into membership from public.room_participants p where p.room_id = p_room_id and p.user_id = p_person;
  if membership.banned_until > now() or (p_code_hash is null and room.visibility <> 'public')
    or (p_code_hash is not null and link.id is null)
  then
    reply := jsonb_build_object('outcome', 'unknown');
  elsif membership.user_id is not null and membership.left_at is null then
    reply := jsonb_build_object('outcome', 'already');
  elsif link.id is not null and private.link_obstacle(link) is not null then
    reply := jsonb_build_object('outcome', 'over', 'reason', private.link_obstacle(link));
  elsif room.join_policy = 'approval' then
    reply := jsonb_build_object('outcome', 'approval');
  elsif exists (select from parley.passcodes c where c.room_id = p_room_id) and not exists (
    select from parley.passcode_attempts a
    where a.room_id = p_room_id and a.person = p_person and a.passed_until > now())
  then
    reply := jsonb_build_object('outcome', 'passcode');
  elsif private.in_too_many_rooms(p_person) then
    reply := jsonb_build_object('outcome', 'too_many');
  else
    begin
      insert into public.room_participants as p (room_id, user_id, last_delivered_seq, last_read_seq, history_from_seq)
      values (p_room_id, p_person, p_head, p_head, private.history_before(p_room_id, p_head))
      on conflict (room_id, user_id) do update
      -- Whoever comes back is a member like any other, and starts at the head; marks never go back.
      set left_at = null, role = 'member', joined_at = now(), unread_from_seq = null,
          history_from_seq = excluded.history_from_seq,
          last_delivered_seq = greatest(p.last_delivered_seq, excluded.last_delivered_seq),
          last_read_seq = greatest(p.last_read_seq, excluded.last_read_seq);
      insert into parley.link_uses (code_hash, person)
      select p_code_hash, p_person where link.id is not null
      on conflict do nothing;
      update parley.join_requests q set state = 'accepted', decided_at = now()
      where q.room_id = p_room_id and q.person = p_person and q.state = 'waiting';
      perform private.record(
        case when link.id is null then 'joined' else 'joined_by_link' end, p_person, p_room_id, p_person,
        jsonb_build_object('linkId', link.id));
      reply := jsonb_build_object('outcome', 'joined');
    exception
      when check_violation then
        get stacked diagnostics refused_by = constraint_name;
        if refused_by <> 'rooms_member_count_check' then
          raise;
        end if;
        reply := jsonb_build_object('outcome', 'full');
    end;
  end if;

  if reply ->> 'outcome' not in ('joined', 'already') then
    delete from parley.member_commands c where c.id = p_command;
    return reply;
  end if;
  reply := reply || jsonb_build_object(
    'roomId', p_room_id,
    'membersVersion', (select r.members_version from public.rooms r where r.id = p_room_id),
    'member', parley.member(p_room_id, p_person));
  update parley.member_commands c set answer = reply where c.id = p_command;
  return reply;
end
$$;

create or replace function parley.join_room(p_command uuid, p_code_hash text, p_person uuid, p_head bigint) returns jsonb
language sql volatile
set search_path = ''
as $$
  select coalesce(
    -- Also after the link is gone.
    (select c.answer from parley.member_commands c where c.id = p_command),
    (
      select private.enter_room(p_command, l.room_id, p_code_hash, p_person, p_head)
      from parley.join_links l where l.code_hash = p_code_hash
    ),
    jsonb_build_object('outcome', 'unknown'));
$$;

create function parley.join_public(p_command uuid, p_room_id uuid, p_person uuid, p_head bigint) returns jsonb
language sql volatile
set search_path = ''
as $$
  select private.enter_room(p_command, p_room_id, null, p_person, p_head);
$$;

-- Who waits at a room, the longest first. p_after: [askedAt, person], as is `next`. Null for who is neither owner nor admin.
drop function parley.join_requests_of(uuid, uuid, bigint, uuid);
create function parley.join_requests_of(p_room_id uuid, p_by uuid, p_after jsonb default null, p_limit int default 50)
returns jsonb
language sql stable
set search_path = ''
as $$
  with after as (
    select private.unwrap_json(p_after) as key
  ), waiting as (
    select q.person, u.display_name, q.note, private.to_ms(q.asked_at) as asked
    from parley.join_requests q
    join public.user_profiles u on u.id = q.person
    where q.room_id = p_room_id and q.state = 'waiting'
      -- Who came in another way or was banned since waits for nothing.
      and not exists (
        select from public.room_participants p
        where p.room_id = q.room_id and p.user_id = q.person and (p.left_at is null or p.banned_until > now()))
  ), page as (
    select w.*
    from waiting w, after a
    where a.key is null or (w.asked, w.person) > ((a.key ->> 0)::bigint, (a.key ->> 1)::uuid)
    order by w.asked, w.person
    limit p_limit + 1
  )
  select case when private.manages(p_room_id, p_by) then private.page_of(coalesce(jsonb_agg(jsonb_build_object(
    'key', jsonb_build_array(g.asked, g.person),
    'item', jsonb_build_object('person', g.person, 'name', g.display_name, 'note', g.note, 'askedAt', g.asked))
    order by g.asked, g.person), '[]'), p_limit) end
  from page g;
$$;

-- A moderator deleted what someone else wrote. The text is in no record.
create function private.record_deletion() returns trigger
language plpgsql security definer
set search_path = ''
as $$
begin
  perform private.record(
    'message_deleted', new.deleted_by, new.room_id, old.sender_id, jsonb_build_object('seq', new.seq), new.deleted_at);
  return null;
end
$$;

create trigger messages_record_deletion after update of deleted_at on public.messages
  for each row when (
    old.deleted_at is null and new.deleted_at is not null and new.deleted_by is not null
    and new.deleted_by is distinct from old.sender_id)
  execute function private.record_deletion();

revoke execute on all functions in schema private from public, anon;
revoke execute on function
  private.list_public_room(), private.most_rooms(), private.most_rooms_owned(), private.most_links(),
  private.in_too_many_rooms(uuid), private.owns_too_many_rooms(uuid), private.standing(uuid, uuid),
  private.history_before(uuid, bigint),
  private.direct_room(uuid, uuid),
  private.page_of(jsonb, int), private.listed_room(public.rooms, int, uuid), private.enter_room(uuid, uuid, text, uuid, bigint), private.record_deletion()
  from authenticated;
grant execute on function
  private.list_public_room(), private.most_rooms(), private.most_rooms_owned(), private.most_links(),
  private.in_too_many_rooms(uuid), private.owns_too_many_rooms(uuid), private.standing(uuid, uuid),
  private.history_before(uuid, bigint),
  private.direct_room(uuid, uuid),
  private.page_of(jsonb, int), private.listed_room(public.rooms, int, uuid), private.enter_room(uuid, uuid, text, uuid, bigint), private.record_deletion()
  to service_role;
revoke execute on all functions in schema parley from public, anon, authenticated;
grant execute on all functions in schema parley to service_role;

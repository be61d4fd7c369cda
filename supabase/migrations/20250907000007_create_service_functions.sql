-- What the product needs beyond the founding tables, for service_role alone: people who knock, passcodes, devices, what was
-- done by whom, and the functions that change members, make and delete rooms and erase accounts.
--
-- These functions trust their caller for who may do what, as ingest_batch does: the room has judged. What only the
-- database knows (that someone is banned, or lets nobody add them) they say for each person.

-- Someone asks to be let in.
create table parley.join_requests (
  room_id uuid not null references public.rooms (id) on delete cascade,
  person uuid not null references public.user_profiles (id) on delete cascade,
  note text not null default ''
    constraint join_requests_note_check check (char_length(note) <= 280),
  state text not null default 'waiting'
    constraint join_requests_state_check check (state in ('waiting', 'accepted', 'declined')),
  decided_by uuid references public.user_profiles (id) on delete set null,
  asked_at timestamptz not null default now(),
  decided_at timestamptz,
  primary key (room_id, person),
  constraint join_requests_decided_check check ((state = 'waiting') = (decided_at is null))
);
create index join_requests_person_idx on parley.join_requests (person);
create index join_requests_decided_by_idx on parley.join_requests (decided_by) where decided_by is not null;

-- A word that opens a room. It comes hashed (PBKDF2 with SHA-256), so that the word itself is in no statement, no log and
-- no dump, and no extension is needed to compare it.
create table parley.passcodes (
  room_id uuid primary key references public.rooms (id) on delete cascade,
  salt text not null
    constraint passcodes_salt_check check (salt ~ '^[0-9a-f]{32,128}$'),
  -- 100,000 is the most that Cloudflare lets a worker ask for (workerd on one's own machine takes more); fewer would be
  -- too quick for whoever steals this table.
  iterations int not null
    constraint passcodes_iterations_check check (iterations between 100000 and 10000000),
  hash text not null
    constraint passcodes_hash_check check (hash ~ '^[0-9a-f]{64}$'),
  set_by uuid references public.user_profiles (id) on delete set null,
  set_at timestamptz not null default now()
);
create index passcodes_set_by_idx on parley.passcodes (set_by);

-- Wrong guesses, so that nobody goes through all the words, and right ones, so that nobody is asked twice.
create table parley.passcode_attempts (
  room_id uuid not null references public.rooms (id) on delete cascade,
  person uuid not null references public.user_profiles (id) on delete cascade,
  failed int not null default 0
    constraint passcode_attempts_failed_check check (failed >= 0),
  last_at timestamptz not null default now(),
  blocked_until timestamptz,
  passed_until timestamptz,
  primary key (room_id, person)
);
create index passcode_attempts_person_idx on parley.passcode_attempts (person);

create table parley.devices (
  id uuid primary key,
  person uuid not null references public.user_profiles (id) on delete cascade,
  name text not null default ''
    constraint devices_name_check check (char_length(name) <= 100),
  first_seen_at timestamptz not null default now(),
  last_seen_at timestamptz not null default now(),
  revoked_at timestamptz
);
create index devices_person_idx on parley.devices (person);

-- Who did what to whom. No references: it outlives the room and the people. Kept for a year, see private.sweep_access.
create table parley.audit_log (
  id bigint generated always as identity primary key,
  at timestamptz not null default now(),
  action text not null,
  actor uuid,
  room_id uuid,
  person uuid,
  details jsonb not null default '{}'
    constraint audit_log_details_check check (jsonb_typeof(details) = 'object')
);
create index audit_log_room_idx on parley.audit_log (room_id, at desc);
create index audit_log_person_idx on parley.audit_log (person, at desc);
create index audit_log_at_idx on parley.audit_log (at);

alter table parley.join_requests enable row level security;
alter table parley.passcodes enable row level security;
alter table parley.passcode_attempts enable row level security;
alter table parley.devices enable row level security;
alter table parley.audit_log enable row level security;

revoke all on all tables in schema parley from anon, authenticated;
grant select, insert, update, delete on all tables in schema parley to service_role;

-- The one way into the audit log: p_actor did p_action to p_person in p_room_id. What is null in p_details is left out.
create function private.record(
  p_action text, p_actor uuid, p_room_id uuid, p_person uuid default null, p_details jsonb default '{}',
  p_at timestamptz default now())
returns void
language sql volatile
set search_path = ''
as $$
  insert into parley.audit_log (action, actor, room_id, person, details, at)
  values (p_action, p_actor, p_room_id, p_person, jsonb_strip_nulls(p_details), p_at);
$$;

-- A command that changes members runs once: null, and it is the caller's to carry out and to answer in member_commands; or
-- what it answered before. Waits while the same command runs elsewhere.
create function private.begin_command(p_command uuid, p_room_id uuid) returns jsonb
language plpgsql volatile
set search_path = ''
as $$
begin
  insert into parley.member_commands (id, room_id) values (p_command, p_room_id) on conflict do nothing;
  return case when not found then (select c.answer from parley.member_commands c where c.id = p_command) end;
end
$$;

-- Whether someone lets this person add them to groups.
create function private.lets_add(p_person uuid, p_by uuid) returns boolean
language sql stable
set search_path = ''
as $$
  select exists (
    select from public.user_profiles u
    where u.id = p_person
      and not coalesce(p_by = any (u.blocked_user_ids), false) and not private.blocks(p_by, u.id)
      and (u.privacy_group_add = 'everyone' or (u.privacy_group_add = 'contacts' and private.has_contact(u.id, p_by)))
  );
$$;

-- Why a change of a member cannot be made, or null.
create function private.member_obstacle(p_room_id uuid, p_by uuid, p_kind text, p_person uuid, p_role text) returns text
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

create function private.change_member(
  p_room_id uuid, p_kind text, p_person uuid, p_role text, p_until timestamptz, p_head bigint)
returns void
language plpgsql volatile
set search_path = ''
as $$
begin
  case p_kind
    when 'add' then
      -- Whoever comes back starts at the head; marks never go back.
      insert into public.room_participants as p (room_id, user_id, last_delivered_seq, last_read_seq, history_from_seq)
      values (p_room_id, p_person, p_head, p_head, private.history_before(p_room_id, p_head))
      on conflict (room_id, user_id) do update
      set left_at = null, banned_until = null, role = 'member', joined_at = now(), unread_from_seq = null,
          last_delivered_seq = greatest(p.last_delivered_seq, excluded.last_delivered_seq),
          last_read_seq = greatest(p.last_read_seq, excluded.last_read_seq),
          history_from_seq = excluded.history_from_seq;
    when 'remove', 'leave' then
      update public.room_participants p set left_at = now(), role = 'member'
      where p.room_id = p_room_id and p.user_id = p_person;
    when 'role' then
      update public.room_participants p set role = p_role where p.room_id = p_room_id and p.user_id = p_person;
    when 'ban' then
      insert into public.room_participants as p (room_id, user_id, left_at, banned_until)
      values (p_room_id, p_person, now(), coalesce(p_until, 'infinity'))
      on conflict (room_id, user_id) do update
      set left_at = coalesce(p.left_at, now()), role = 'member', banned_until = excluded.banned_until;
    when 'unban' then
      update public.room_participants p set banned_until = null where p.room_id = p_room_id and p.user_id = p_person;
    when 'mute' then
      update public.room_participants p set silenced_until = p_until
      where p.room_id = p_room_id and p.user_id = p_person;
  end case;
end
$$;

-- The one way in which members change, but for links. p_changes: [{kind, person, role?, until?}] in order, kind one of
-- add, remove, leave, role, ban, unban, mute; `until` in epoch ms, null for good (ban) or for none (mute). Idempotent by
-- p_command. Answers {outcome: 'changed', membersVersion, changes, refused}: `changes` is the difference, each with the
-- member as they are now (null: not one any more), `refused` what could not be done, each with its reason. Outcomes
-- beside it: full (nothing was changed), gone.
create function parley.change_members(
  p_command uuid, p_room_id uuid, p_by uuid, p_changes jsonb, p_head bigint default null)
returns jsonb
language plpgsql volatile
set search_path = ''
as $$
declare
  changes jsonb := private.unwrap_json(p_changes);
  room public.rooms;
  change record;
  obstacle text;
  made jsonb := '[]';
  refused jsonb := '[]';
  reply jsonb;
  broken text;
begin
  if jsonb_array_length(changes) not between 1 and 1000 or exists (
    select from jsonb_array_elements(changes) c
    where coalesce(c ->> 'kind' not in ('add', 'remove', 'leave', 'role', 'ban', 'unban', 'mute'), true)
      or c ->> 'person' is null)
  then
    raise exception 'these are no changes of members' using errcode = '22023';
  end if;
  if not exists (select from public.rooms r where r.id = p_room_id) then
    return jsonb_build_object('outcome', 'gone');
  end if;
  reply := private.begin_command(p_command, p_room_id);
  if reply is not null then
    return reply;
  end if;

  room := private.lock_room(p_room_id, array(select (c ->> 'person')::uuid from jsonb_array_elements(changes) c));
  begin
    for change in
      select c ->> 'kind' as kind, (c ->> 'person')::uuid as person, c ->> 'role' as role,
        private.from_ms((c ->> 'until')::bigint) as until
      from jsonb_array_elements(changes) with ordinality as e (c, place)
      order by e.place
    loop
      obstacle := private.member_obstacle(p_room_id, p_by, change.kind, change.person, change.role);
      if obstacle is not null then
        refused := refused || jsonb_build_object('kind', change.kind, 'person', change.person, 'reason', obstacle);
        continue;
      end if;
      perform private.change_member(
        p_room_id, change.kind, change.person, change.role, change.until, coalesce(p_head, room.last_seq));
      made := made || jsonb_build_object('kind', change.kind, 'person', change.person, 'member', (
        select parley.member(p.room_id, p.user_id) from public.room_participants p
        where p.room_id = p_room_id and p.user_id = change.person and p.left_at is null));
      if change.kind = 'add' then
        update parley.join_requests q set state = 'accepted', decided_by = private.profile_of(p_by), decided_at = now()
        where q.room_id = p_room_id and q.person = change.person and q.state = 'waiting';
      end if;
      perform private.record('member_' || change.kind, p_by, p_room_id, change.person,
        jsonb_build_object('role', change.role, 'until', change.until));
    end loop;
  exception
    when check_violation then
      get stacked diagnostics broken = constraint_name;
      if broken <> 'rooms_member_count_check' then
        raise;
      end if;
      -- Not kept: with someone gone the same command may succeed.
      delete from parley.member_commands c where c.id = p_command;
      return jsonb_build_object('outcome', 'full');
  end;

  reply := jsonb_build_object(
    'outcome', 'changed', 'changes', made, 'refused', refused,
    'membersVersion', (select r.members_version from public.rooms r where r.id = p_room_id));
  update parley.member_commands c set answer = reply where c.id = p_command;
  return reply;
end
$$;

-- A group with its members in one step. Idempotent by the room's id: a repeat answers `already` and changes nothing.
-- Outcomes beside created {refused}: taken (the id is another room's), full, too_many (rooms of the owner's).
create function parley.create_group(
  p_room_id uuid, p_name text, p_owner uuid, p_members uuid[], p_description text default '',
  p_visibility text default 'private', p_join_policy text default 'open', p_history text default 'all')
returns jsonb
language plpgsql volatile
set search_path = ''
as $$
declare
  outcome text := 'already';
  refused jsonb;
begin
  -- Held, so that two groups at once do not both take the last place.
  perform from public.user_profiles u where u.id = p_owner for no key update;
  select coalesce(jsonb_agg(jsonb_build_object('person', w.person, 'reason', w.reason) order by w.person), '[]')
  into refused
  from (
    select m.person, case
      when u.id is null then 'unknown'
      when not private.lets_add(m.person, p_owner) then 'privacy'
      when private.in_too_many_rooms(m.person) then 'too_many_rooms'
    end as reason
    from (select distinct unnest(p_members) as person) m
    left join public.user_profiles u on u.id = m.person
    where m.person <> p_owner
  ) w
  where w.reason is not null;

  if 1 + (select count(distinct m) from unnest(p_members) m where m <> p_owner) - jsonb_array_length(refused) > 1000 then
    return jsonb_build_object('outcome', 'full');
  end if;
  if not exists (select from public.rooms r where r.id = p_room_id)
    and (private.owns_too_many_rooms(p_owner) or private.in_too_many_rooms(p_owner))
  then
    return jsonb_build_object('outcome', 'too_many');
  end if;
  insert into public.rooms (id, type, name, description, visibility, join_policy, history, created_by)
  values (p_room_id, 'group', p_name, p_description, p_visibility, p_join_policy, p_history, p_owner)
  on conflict (id) do nothing;
  if found then
    outcome := 'created';
    insert into public.room_participants (room_id, user_id)
    select distinct p_room_id, m from unnest(p_members) m
    where m <> p_owner and not exists (select from jsonb_array_elements(refused) f where (f ->> 'person')::uuid = m)
    order by m;
    perform private.record('group_created', p_owner, p_room_id);
    perform private.record('member_add', p_owner, p_room_id, p.user_id)
    from public.room_participants p
    where p.room_id = p_room_id and p.user_id <> p_owner;
  elsif not exists (select from public.rooms r where r.id = p_room_id and r.created_by = p_owner) then
    return jsonb_build_object('outcome', 'taken');
  end if;
  return jsonb_build_object('outcome', outcome, 'refused', refused) || (
    select jsonb_build_object('roomId', r.id, 'name', r.name, 'membersVersion', r.members_version)
    from public.rooms r where r.id = p_room_id);
end
$$;

-- The room goes to another member; who had it stays as an admin. Idempotent by p_command. Outcomes beside changed:
-- forbidden, gone, too_many (rooms of the one whom it would go to).
create function parley.hand_over(p_command uuid, p_room_id uuid, p_from uuid, p_to uuid) returns jsonb
language plpgsql volatile
set search_path = ''
as $$
declare
  room public.rooms;
  reply jsonb;
begin
  if not exists (select from public.rooms r where r.id = p_room_id) then
    return jsonb_build_object('outcome', 'gone');
  end if;
  reply := private.begin_command(p_command, p_room_id);
  if reply is not null then
    return reply;
  end if;
  room := private.lock_room(p_room_id, array[p_from, p_to]);
  if room.type <> 'group' or p_from = p_to or 2 <> (
    select count(*) from public.room_participants p
    where p.room_id = p_room_id and p.left_at is null and (p.banned_until is null or p.banned_until <= now())
      and ((p.user_id = p_from and p.role = 'owner') or p.user_id = p_to))
  then
    reply := jsonb_build_object('outcome', 'forbidden');
  elsif private.owns_too_many_rooms(p_to) then
    reply := jsonb_build_object('outcome', 'too_many');
  end if;
  if reply is not null then
    delete from parley.member_commands c where c.id = p_command;
    return reply;
  end if;
  update public.room_participants p set role = case p.user_id when p_to then 'owner' else 'admin' end
  where p.room_id = p_room_id and p.user_id in (p_from, p_to);
  perform private.record('handed_over', p_from, p_room_id, p_to);
  reply := jsonb_build_object(
    'outcome', 'changed',
    'membersVersion', (select r.members_version from public.rooms r where r.id = p_room_id),
    'changes', jsonb_build_array(
      jsonb_build_object('kind', 'role', 'person', p_from, 'member', parley.member(p_room_id, p_from)),
      jsonb_build_object('kind', 'role', 'person', p_to, 'member', parley.member(p_room_id, p_to))));
  update parley.member_commands c set answer = reply where c.id = p_command;
  return reply;
end
$$;

-- One batch of what an account_erased event asked in this room: {outcome: 'more' | 'done', rows}.
create function parley.erase_in_room(p_room_id uuid, p_person uuid, p_limit int default 5000) returns jsonb
language plpgsql volatile
set search_path = ''
as $$
declare
  job parley.jobs;
  seqs bigint[];
begin
  -- The room first, as ingest_batch does, so that both never hold what the other waits for.
  perform from public.rooms r where r.id = p_room_id for no key update;
  select j.* into job from parley.jobs j
  where j.kind = 'erase_person' and j.room_id = p_room_id and j.person = p_person and j.done_at is null
  order by j.seq
  limit 1
  for update;
  if not found then
    return jsonb_build_object('outcome', 'done', 'rows', 0);
  end if;
  seqs := array(
    select m.seq from public.messages m
    where m.sender_id = p_person and m.room_id = p_room_id and m.seq < job.seq limit p_limit);
  if cardinality(seqs) = 0 then
    seqs := array(
      select distinct r.seq from public.message_reactions r
      where r.user_id = p_person and r.room_id = p_room_id and r.seq < job.seq limit p_limit);
  end if;
  if cardinality(seqs) = 0 then
    seqs := array(
      select m.seq from public.messages m
      where m.deleted_by = p_person and m.room_id = p_room_id and m.seq < job.seq limit p_limit);
  end if;
  if cardinality(seqs) = 0 then
    -- Last the names in system rows, which no index finds: a walk along the room, further on with each batch.
    seqs := array(
      select m.seq from public.messages m
      where m.room_id = p_room_id and m.seq > job.done_to and m.seq < job.seq order by m.seq limit p_limit * 2);
    update parley.jobs j
    set done_to = coalesce(seqs[cardinality(seqs)], j.done_to),
        done_at = case when cardinality(seqs) < p_limit * 2 then now() end
    where j.id = job.id
    returning * into job;
  end if;
  perform private.settle(p_room_id, seqs, job.seq);
  perform private.erase_rows(job, seqs);
  return jsonb_build_object('outcome', case when job.done_at is null then 'more' else 'done' end, 'rows', cardinality(seqs));
end
$$;

-- One batch of what an expired event asked in this room, the earliest first: {outcome: 'more' | 'done', rows}. The room
-- calls it until it is done, when a batch of events answered that an expiry is unfinished and when it wakes.
create function parley.expire_in_room(p_room_id uuid, p_limit int default 5000) returns jsonb
language plpgsql volatile
set search_path = ''
as $$
declare
  job parley.jobs;
  touched int;
begin
  perform from public.rooms r where r.id = p_room_id for no key update;
  select j.* into job from parley.jobs j
  where j.room_id = p_room_id and j.kind = 'expire'
  order by j.seq
  limit 1
  for update;
  if not found then
    return jsonb_build_object('outcome', 'done', 'rows', 0);
  end if;
  touched := private.expire_some(job, p_limit);
  if touched < p_limit then
    -- Not kept, unlike an erasing: nobody asks whether it ever was.
    delete from parley.jobs j where j.id = job.id;
  end if;
  return jsonb_build_object(
    'outcome',
    case when exists (select from parley.jobs j where j.room_id = p_room_id and j.kind = 'expire') then 'more' else 'done' end,
    'rows', touched);
end
$$;

-- One batch of the receipts that a room left out while it caught up, as its marks have them: {outcome: 'more' | 'done',
-- rows}. The room calls it until it is done, after its backlog is written and when it wakes.
create function parley.fill_statuses(p_room_id uuid, p_limit int default 5000) returns jsonb
language plpgsql volatile
set search_path = ''
as $$
declare
  room public.rooms;
  job parley.jobs;
  messages int;
  seqs bigint[];
  touched int;
begin
  -- With the room locked no mark moves, so that no row is behind its mark.
  select * into room from public.rooms r where r.id = p_room_id for no key update;
  select j.* into job from parley.jobs j where j.room_id = p_room_id and j.kind = 'statuses' for update;
  if not found then
    return jsonb_build_object('outcome', 'done', 'rows', 0);
  end if;
  if room.member_count > private.status_fanout_limit() then
    delete from parley.jobs j where j.id = job.id;
    return jsonb_build_object('outcome', 'done', 'rows', 0);
  end if;
  messages := greatest(p_limit / greatest(room.member_count, 1), 1);
  seqs := array(
    select m.seq from public.messages m
    where m.room_id = p_room_id and m.seq > job.done_to
    order by m.seq
    limit messages);
  insert into public.message_status (room_id, seq, user_id, delivered_at, read_at)
  select m.room_id, m.seq, p.user_id,
    case when greatest(p.last_delivered_seq, p.last_read_seq) >= m.seq then now() end,
    case when p.last_read_seq >= m.seq and not p.receipts_hidden then coalesce(p.last_read_at, now()) end
  from public.messages m
  join public.room_participants p on p.room_id = m.room_id and p.left_at is null
    -- Whoever joined since has nothing to receive: both marks began at the head.
    and p.joined_at <= m.created_at
  where m.room_id = p_room_id and m.seq = any (seqs) and m.type <> 'system' and p.user_id is distinct from m.sender_id
  order by m.seq, p.user_id
  on conflict do nothing;
  get diagnostics touched = row_count;
  if cardinality(seqs) < messages then
    delete from parley.jobs j where j.id = job.id;
    return jsonb_build_object('outcome', 'done', 'rows', touched);
  end if;
  update parley.jobs j set done_to = seqs[cardinality(seqs)] where j.id = job.id;
  return jsonb_build_object('outcome', 'more', 'rows', touched);
end
$$;

-- Schema auth is not the service's to write. Only whoever has no profile rows left to lose.
create function private.remove_user(p_person uuid) returns void
language sql volatile security definer
set search_path = ''
as $$
  delete from auth.users u where u.id = p_person;
$$;

-- One batch of erasing a whole account. Before the first, each of the person's rooms with an object has to log its
-- account_erased event, and each group they own has to have another owner. Answers {outcome}: owns {rooms}, waiting
-- {rooms}, more {rows}, erased (also for a repeat).
create function parley.erase_account(p_person uuid, p_mode text, p_limit int default 5000) returns jsonb
language plpgsql volatile
set search_path = ''
as $$
declare
  rooms jsonb;
  next_room uuid;
  touched int;
begin
  if p_mode not in ('keep', 'erase') then
    raise exception 'keep or erase' using errcode = '22023';
  end if;
  if not exists (select from public.user_profiles u where u.id = p_person) then
    perform private.remove_user(p_person);
    return jsonb_build_object('outcome', 'erased');
  end if;
  select jsonb_agg(p.room_id order by p.room_id) into rooms
  from public.room_participants p
  where p.user_id = p_person and p.role = 'owner' and p.left_at is null;
  if rooms is not null then
    return jsonb_build_object('outcome', 'owns', 'rooms', rooms);
  end if;
  select jsonb_agg(p.room_id order by p.room_id) into rooms
  from public.room_participants p
  join public.rooms r on r.id = p.room_id and r.writer = 'do'
  where p.user_id = p_person and not exists (
    select from parley.jobs j where j.kind = 'erase_person' and j.room_id = p.room_id and j.person = p_person);
  if rooms is not null then
    return jsonb_build_object('outcome', 'waiting', 'rooms', rooms);
  end if;

  select j.room_id into next_room from parley.jobs j
  where j.kind = 'erase_person' and j.person = p_person and j.done_at is null limit 1;
  if found then
    return jsonb_build_object('outcome', 'more') || (parley.erase_in_room(next_room, p_person, p_limit) - 'outcome');
  end if;

  -- What is left stands in rooms that the database numbers, or was written before the person left the record.
  with mine as (
    select m.room_id, m.seq from public.messages m where m.sender_id = p_person limit p_limit
  )
  update public.messages m
  set sender_id = null, rev = coalesce(private.take_seq(m.room_id), m.rev),
      deleted_at = case when p_mode = 'erase' then coalesce(m.deleted_at, now()) else m.deleted_at end
  from mine
  where m.room_id = mine.room_id and m.seq = mine.seq;
  get diagnostics touched = row_count;
  if touched = 0 then
    delete from public.message_reactions r
    where r.user_id = p_person and r.ctid = any (array(
      select o.ctid from public.message_reactions o where o.user_id = p_person limit p_limit));
    get diagnostics touched = row_count;
  end if;
  if touched = 0 then
    delete from public.message_status s
    where s.user_id = p_person and s.ctid = any (array(
      select o.ctid from public.message_status o where o.user_id = p_person limit p_limit * 2));
    get diagnostics touched = row_count;
  end if;
  if touched > 0 then
    return jsonb_build_object('outcome', 'more', 'rows', touched);
  end if;
  perform private.record('account_erased', p_person, null, p_person, jsonb_build_object('mode', p_mode));
  perform private.remove_user(p_person);
  return jsonb_build_object('outcome', 'erased');
end
$$;

-- One batch of deleting a room. With the first nobody is a member any more and every object's epoch is stale, so nothing
-- is read or written half way. Answers {outcome: 'more' | 'deleted'}; a repeat is `deleted`.
create function parley.delete_room(p_room_id uuid, p_by uuid default null, p_limit int default 5000) returns jsonb
language plpgsql volatile
set search_path = ''
as $$
declare
  touched int;
begin
  perform from public.room_participants p where p.room_id = p_room_id order by p.user_id for update;
  perform from public.rooms r where r.id = p_room_id for update;
  if not found then
    return jsonb_build_object('outcome', 'deleted');
  end if;
  insert into parley.jobs (kind, room_id) values ('delete_room', p_room_id) on conflict do nothing;
  if found then
    update public.rooms r set epoch = r.epoch + 1 where r.id = p_room_id;
    delete from public.room_participants p where p.room_id = p_room_id;
    perform private.record('room_deleted', p_by, p_room_id);
  end if;
  -- The newest first, so that no reply outlives what it answers.
  delete from public.messages m
  where m.room_id = p_room_id and m.seq in (
    select n.seq from public.messages n where n.room_id = p_room_id order by n.seq desc limit p_limit);
  get diagnostics touched = row_count;
  if touched = 0 then
    delete from parley.commands c
    where c.room_id = p_room_id and c.id in (
      select o.id from parley.commands o where o.room_id = p_room_id limit p_limit * 4);
    get diagnostics touched = row_count;
  end if;
  -- With whom they invited and who came. Each may have many people.
  if touched = 0 then
    delete from public.meetings m
    where m.id in (select o.id from public.meetings o where o.room_id = p_room_id limit greatest(p_limit / 50, 1));
    get diagnostics touched = row_count;
  end if;
  if touched > 0 then
    return jsonb_build_object('outcome', 'more', 'rows', touched);
  end if;
  delete from public.rooms r where r.id = p_room_id;
  return jsonb_build_object('outcome', 'deleted');
end
$$;

-- The whole states of these messages, for a room that has to decide about old ones: at most 500.
create function parley.message_states(p_room_id uuid, p_seqs bigint[]) returns jsonb
language plpgsql volatile
set search_path = ''
as $$
begin
  perform private.settle_rows(p_room_id, p_seqs[1:500]);
  return (select coalesce(jsonb_agg(jsonb_build_object(
    'seq', m.seq, 'rev', m.rev, 'id', m.client_id, 'at', private.to_ms(m.created_at), 'by', m.sender_id,
    'text', m.content, 'replyTo', m.reply_to_seq, 'thread', m.thread_seq, 'mentions', to_jsonb(m.mentions), 'metadata', m.metadata,
    'edits', m.edits, 'editedAt', private.to_ms(m.edited_at), 'deletedAt', private.to_ms(m.deleted_at),
    'deletedBy', m.deleted_by, 'pinnedAt', private.to_ms(m.pinned_at), 'expiresAt', private.to_ms(m.expires_at),
    'reactions', (
      select coalesce(jsonb_agg(jsonb_build_object(
        'person', x.user_id, 'emoji', x.emoji, 'at', private.to_ms(x.created_at)) order by x.user_id, x.emoji), '[]')
      from public.message_reactions x
      where x.room_id = m.room_id and x.seq = m.seq),
    'type', case when m.type = 'system' then 'system' else 'text' end) order by m.seq), '[]')
  from public.messages m
  where m.room_id = p_room_id and m.seq = any (p_seqs[1:500]));
end
$$;

revoke execute on function private.record(text, uuid, uuid, uuid, jsonb, timestamptz), private.begin_command(uuid, uuid), private.lets_add(uuid, uuid), private.member_obstacle(uuid, uuid, text, uuid, text),
  private.change_member(uuid, text, uuid, text, timestamptz, bigint), private.remove_user(uuid)
  from public, anon, authenticated;
grant execute on function private.record(text, uuid, uuid, uuid, jsonb, timestamptz), private.begin_command(uuid, uuid), private.lets_add(uuid, uuid), private.member_obstacle(uuid, uuid, text, uuid, text),
  private.change_member(uuid, text, uuid, text, timestamptz, bigint), private.remove_user(uuid) to service_role;
revoke execute on all functions in schema parley from public, anon, authenticated;
grant execute on all functions in schema parley to service_role;

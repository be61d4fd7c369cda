-- Rooms, members, messages, receipts, reactions, typing, presence; and in parley what only the service touches.
--
-- Lock order, everywhere: room_participants by user_id, then rooms, then message_status. With rooms first, one room of
-- 50 members and two admins gave 17 deadlocks in 15 s; in this order none.

create table public.rooms (
  id uuid primary key default gen_random_uuid(),
  type text not null
    constraint rooms_type_check check (type in ('direct', 'group')),
  -- do: a Durable Object numbers the events and nobody writes past it. sql: no object, the database numbers them.
  writer text not null default 'do'
    constraint rooms_writer_check check (writer in ('do', 'sql')),
  visibility text not null default 'private'
    constraint rooms_visibility_check check (visibility in ('private', 'public')),
  -- Both people's ids, the smaller first: one direct room per pair, whoever opens it.
  direct_key text
    constraint rooms_direct_key_key unique,
  name text
    constraint rooms_name_check check (char_length(name) between 1 and 100),
  description text not null default ''
    constraint rooms_description_check check (char_length(description) <= 2000),
  avatar_path text
    constraint rooms_avatar_path_check check (starts_with(avatar_path, id::text || '/')),
  created_by uuid references public.user_profiles (id) on delete set null,
  post_policy text not null default 'everyone'
    constraint rooms_post_policy_check check (post_policy in ('everyone', 'admins')),
  slow_mode_seconds int not null default 0
    constraint rooms_slow_mode_seconds_check check (slow_mode_seconds between 0 and 21600),
  -- The limit of members stands here, so that every way in meets it.
  member_count int not null default 0
    constraint rooms_member_count_check check (member_count between 0 and 1000),
  -- Raised by every write to room_participants other than marks and what is a member's own, and by who blocks whom: the
  -- object compares it with its copy.
  members_version bigint not null default 0,
  -- 1: no object has written yet.
  epoch bigint not null default 1
    constraint rooms_epoch_check check (epoch >= 1),
  -- The last event ingested, not the last message.
  last_seq bigint not null default 0
    constraint rooms_last_seq_check check (last_seq >= 0),
  -- Without an index: it would end heap-only updates of the row that every message touches (100 % to 0 %).
  last_message_at timestamptz not null default now(),
  disappearing_ttl interval
    constraint rooms_disappearing_ttl_check check (disappearing_ttl > interval '0'),
  metadata jsonb not null default '{}'
    constraint rooms_metadata_check check (jsonb_typeof(metadata) = 'object'),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint rooms_direct_key_check check ((type = 'direct') = (direct_key is not null))
) with (fillfactor = 70);

alter table public.rooms enable row level security;

create index rooms_created_by_idx on public.rooms (created_by);
create index rooms_name_trgm_idx on public.rooms using gin (name extensions.gin_trgm_ops) where type = 'group';

create table public.room_participants (
  room_id uuid not null references public.rooms (id) on delete cascade,
  user_id uuid not null references public.user_profiles (id) on delete cascade,
  role text not null default 'member'
    constraint room_participants_role_check check (role in ('owner', 'admin', 'moderator', 'member')),
  -- Messages at or below are not for this person. Held by every route, not by a policy, which would lose its index.
  history_from_seq bigint not null default 0,
  -- Without an index, so that marks stay heap-only updates; INCLUDE counts as indexed.
  last_delivered_seq bigint not null default 0,
  last_read_seq bigint not null default 0,
  last_read_at timestamptz,
  -- "Mark as unread": personal, lowers no mark.
  unread_from_seq bigint,
  receipts_hidden boolean not null default false,
  -- Set when the person opened the direct room; only then is the other a contact.
  accepted_at timestamptz,
  muted_until timestamptz,
  -- What of the room the person wants to be told of. Level nothing mutes for good.
  notify_level text not null default 'all'
    constraint room_participants_notify_level_check check (notify_level in ('all', 'mentions', 'nothing')),
  -- By a moderator, apart from the member's own muted_until. A ban also sets left_at.
  silenced_until timestamptz,
  banned_until timestamptz,
  pinned_at timestamptz,
  archived_at timestamptz,
  joined_at timestamptz not null default now(),
  -- Nobody's row is deleted for leaving: it keeps the marks and the ban.
  left_at timestamptz,
  updated_at timestamptz not null default now(),
  primary key (room_id, user_id),
  constraint room_participants_marks_check
    check (history_from_seq >= 0 and last_delivered_seq >= 0 and last_read_seq >= 0 and unread_from_seq > 0),
  -- On the wire times count from 1970.
  constraint room_participants_times_check check (pinned_at >= 'epoch' and archived_at >= 'epoch' and muted_until >= 'epoch')
) with (fillfactor = 80);

alter table public.room_participants enable row level security;

create index room_participants_user_idx on public.room_participants (user_id, room_id) include (left_at);
create index room_participants_admins_idx on public.room_participants (room_id, role)
  where role in ('owner', 'admin') and left_at is null;
create index room_participants_pinned_idx on public.room_participants (user_id, pinned_at) where pinned_at is not null;

-- The full-text parser takes a run of Chinese, Japanese or Thai for one word, so each of their characters becomes one.
create function private.search_text(content text) returns text
language sql immutable parallel safe
set search_path = ''
return case
  -- As many bytes as characters: nothing but ASCII, and no need for the slower test.
  when octet_length(content) = char_length(content) then content
  else regexp_replace(
    content, '([\u0e00-\u0e7f\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff])', ' \1 ', 'g')
end;

create table public.messages (
  room_id uuid not null references public.rooms (id) on delete cascade,
  seq bigint not null
    constraint messages_seq_check check (seq > 0),
  -- The seq of the last event that touched this message.
  rev bigint not null,
  client_id uuid not null,
  sender_id uuid references public.user_profiles (id) on delete set null,
  type text not null default 'text'
    constraint messages_type_check check (type in (
      'text', 'image', 'video', 'audio', 'file', 'location', 'contact', 'sticker', 'poll', 'call', 'system')),
  content text not null default ''
    constraint messages_content_check check (octet_length(content) <= 16384),
  reply_to_seq bigint,
  -- The first message of the thread it belongs to.
  thread_seq bigint,
  mentions uuid[] not null default '{}'
    constraint messages_mentions_check check (cardinality(mentions) <= 64),
  metadata jsonb not null default '{}'
    constraint messages_metadata_check check (jsonb_typeof(metadata) = 'object' and octet_length(metadata::text) <= 16384),
  -- The last 10 earlier texts, written by trigger alone.
  edits jsonb not null default '[]'
    constraint messages_edits_check check (jsonb_typeof(edits) = 'array'),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  edited_at timestamptz,
  deleted_at timestamptz,
  deleted_by uuid references public.user_profiles (id) on delete set null,
  pinned_at timestamptz,
  expires_at timestamptz,
  search tsvector generated always as (to_tsvector('pg_catalog.simple'::regconfig, private.search_text(content))) stored,
  -- One seq, one message: another message on a taken seq means that two objects number the room.
  primary key (room_id, seq),
  -- One id, one message: a retry finds the seq it got.
  constraint messages_idempotency_key unique (room_id, client_id),
  constraint messages_rev_check check (rev >= seq),
  constraint messages_reply_fkey foreign key (room_id, reply_to_seq)
    references public.messages (room_id, seq) on delete set null (reply_to_seq)
) with (fillfactor = 95);

alter table public.messages enable row level security;

create index messages_sender_idx on public.messages (sender_id, created_at desc);
create index messages_deleted_by_idx on public.messages (deleted_by) where deleted_by is not null;
create index messages_room_created_idx on public.messages (room_id, created_at);
create index messages_reply_idx on public.messages (room_id, reply_to_seq) where reply_to_seq is not null;
create index messages_media_idx on public.messages (room_id, type, seq)
  where type in ('image', 'video', 'audio', 'file') and deleted_at is null;
create index messages_pinned_idx on public.messages (room_id, pinned_at) where pinned_at is not null;
create index messages_expires_idx on public.messages (expires_at) where expires_at is not null and deleted_at is null;
create index messages_mentions_idx on public.messages using gin (mentions) where mentions <> '{}';
-- With the room in it: 2.5 to 3.6 times faster than the words alone for common words, and 10 % larger. Words wait for it in
-- a short list only, since a search reads the list for each room: with 4,500 messages in it Postgres gives the index up
-- and reads whole rooms (72 ms in 200 rooms against 8 ms), and writing takes as long either way.
create index messages_search_idx on public.messages using gin (room_id extensions.uuid_ops, search)
  with (gin_pending_list_limit = 64)
  where type <> 'system' and deleted_at is null;
-- What changed since a seq is seq > since or rev > since; a new post costs nothing here.
create index messages_rev_idx on public.messages (room_id, rev) where rev <> seq;

create table public.message_status (
  room_id uuid not null,
  seq bigint not null,
  user_id uuid not null references public.user_profiles (id) on delete cascade,
  delivered_at timestamptz,
  read_at timestamptz,
  status text not null generated always as (
    case when read_at is not null then 'read' when delivered_at is not null then 'delivered' else 'sent' end) stored,
  primary key (room_id, seq, user_id),
  constraint message_status_message_fkey foreign key (room_id, seq)
    references public.messages (room_id, seq) on delete cascade
) with (fillfactor = 75);

alter table public.message_status enable row level security;

create index message_status_user_idx on public.message_status (user_id, room_id, seq);

create table public.message_reactions (
  room_id uuid not null,
  seq bigint not null,
  user_id uuid not null references public.user_profiles (id) on delete cascade,
  emoji text not null
    constraint message_reactions_emoji_check check (octet_length(emoji) between 1 and 64),
  created_at timestamptz not null default now(),
  primary key (room_id, seq, user_id, emoji),
  constraint message_reactions_message_fkey foreign key (room_id, seq)
    references public.messages (room_id, seq) on delete cascade
);

alter table public.message_reactions enable row level security;

create index message_reactions_user_idx on public.message_reactions (user_id, created_at desc);

create table public.typing_indicators (
  room_id uuid not null references public.rooms (id) on delete cascade,
  user_id uuid not null references public.user_profiles (id) on delete cascade,
  updated_at timestamptz not null default now(),
  -- 6 s: long enough to think between words, short enough not to lie.
  expires_at timestamptz not null default now() + interval '6 seconds',
  primary key (room_id, user_id)
) with (fillfactor = 50);

alter table public.typing_indicators enable row level security;

create index typing_indicators_user_idx on public.typing_indicators (user_id);
create index typing_indicators_expires_idx on public.typing_indicators (expires_at);

create table public.user_presence (
  user_id uuid primary key references public.user_profiles (id) on delete cascade,
  is_online boolean not null default false,
  status text not null default 'available'
    constraint user_presence_status_check check (status in ('available', 'away', 'busy', 'invisible')),
  -- What the person says of themself: text, emoji, expiry.
  custom jsonb not null default '{}'
    constraint user_presence_custom_check check (jsonb_typeof(custom) = 'object' and octet_length(custom::text) <= 1024),
  last_seen_at timestamptz not null default now(),
  -- A lease: whoever does not renew it is offline.
  expires_at timestamptz not null default now() + interval '120 seconds',
  updated_at timestamptz not null default now()
) with (fillfactor = 70);

alter table public.user_presence enable row level security;

create index user_presence_expires_idx on public.user_presence (expires_at) where is_online;

create trigger rooms_touch before update on public.rooms
  for each row execute function private.touch();
create trigger room_participants_touch before update on public.room_participants
  for each row execute function private.touch();
create trigger typing_indicators_touch before update on public.typing_indicators
  for each row execute function private.touch();
create trigger user_presence_touch before update on public.user_presence
  for each row execute function private.touch();

-- Whoever makes a group owns it. Definer: the person may not write the owner's row themself, in any room. Past the
-- service's functions a person's own insert meets the same limit.
create function private.add_owner() returns trigger
language plpgsql security definer
set search_path = ''
as $$
begin
  if (select auth.uid()) is not null and private.owns_too_many_rooms(new.created_by) then
    raise exception 'nobody owns more than % rooms', private.most_rooms_owned() using errcode = '23514';
  end if;
  insert into public.room_participants (room_id, user_id, role)
  values (new.id, new.created_by, 'owner');
  return null;
end
$$;

create trigger rooms_add_owner after insert on public.rooms
  for each row when (new.type = 'group' and new.created_by is not null)
  execute function private.add_owner();

-- By statement and ordered, so that a cascade over many rooms locks them in one order.
create function private.count_added_members() returns trigger
language plpgsql security definer
set search_path = ''
as $$
begin
  perform from public.rooms r where r.id in (select room_id from added) order by r.id for no key update;
  update public.rooms r
  set member_count = r.member_count + a.active, members_version = r.members_version + 1
  from (select room_id, count(*) filter (where left_at is null) as active from added group by room_id) a
  where r.id = a.room_id;
  return null;
end
$$;

create function private.count_removed_members() returns trigger
language plpgsql security definer
set search_path = ''
as $$
begin
  perform from public.rooms r where r.id in (select room_id from removed) order by r.id for no key update;
  update public.rooms r
  set member_count = r.member_count - d.active, members_version = r.members_version + 1
  from (select room_id, count(*) filter (where left_at is null) as active from removed group by room_id) d
  where r.id = d.room_id;
  return null;
end
$$;

create function private.count_changed_member() returns trigger
language plpgsql security definer
set search_path = ''
as $$
begin
  update public.rooms
  set member_count = member_count + (new.left_at is null)::int - (old.left_at is null)::int,
      members_version = members_version + 1
  where id = new.room_id;
  return null;
end
$$;

create trigger room_participants_count_inserted after insert on public.room_participants
  referencing new table as added
  for each statement execute function private.count_added_members();
create trigger room_participants_count_deleted after delete on public.room_participants
  referencing old table as removed
  for each statement execute function private.count_removed_members();
-- The list holds what the room knows of a member, without the marks. What is a member's own (pinned, archived, muted, the
-- level) is no business of the room, and is set more often than anything here.
create trigger room_participants_count_updated
  after update of role, history_from_seq, receipts_hidden, silenced_until, banned_until, joined_at, left_at
  on public.room_participants
  for each row when (old.* is distinct from new.*)
  execute function private.count_changed_member();

-- The members up to which each message gets a row per recipient. A row costs about 60 µs: at 50 members a batch takes
-- 24 times as long, at 16 eight times. Above it the watermarks of room_participants are the receipts.
create function private.status_fanout_limit() returns int
language sql immutable
set search_path = ''
return 16;

-- In an sql room the database numbers the events, and the row lock on the room keeps them in order.
create function private.take_seq(p_room_id uuid) returns bigint
language sql volatile security definer
set search_path = ''
as $$
  update public.rooms set last_seq = last_seq + 1, last_message_at = greatest(last_message_at, now())
  where id = p_room_id and writer = 'sql'
  returning last_seq;
$$;

create function private.assign_seq() returns trigger
language plpgsql security definer
set search_path = ''
as $$
begin
  new.seq := private.take_seq(new.room_id);
  if new.seq is null then
    raise exception 'this room numbers its own messages' using errcode = '42501';
  end if;
  new.rev := new.seq;
  new.created_at := now();
  return new;
end
$$;

create trigger messages_assign_seq before insert on public.messages
  for each row when (current_user = 'authenticated')
  execute function private.assign_seq();

-- One row per recipient, for small rooms. A room that catches up sets parley.catching_up: readers merge rows and
-- watermarks, so messages and watermarks come first.
create function private.fan_out_status() returns trigger
language plpgsql security definer
set search_path = ''
as $$
begin
  if current_setting('parley.catching_up', true) = 'on' then
    return null;
  end if;
  -- Marks may be ahead: they come with the first batch of a backlog.
  insert into public.message_status (room_id, seq, user_id, delivered_at, read_at)
  select a.room_id, a.seq, p.user_id, case when p.last_delivered_seq >= a.seq then now() end,
    case when p.last_read_seq >= a.seq and not p.receipts_hidden then now() end
  from added a
  join public.rooms r on r.id = a.room_id and r.member_count <= private.status_fanout_limit()
  join public.room_participants p on p.room_id = a.room_id and p.left_at is null
  where a.type <> 'system' and p.user_id is distinct from a.sender_id
  on conflict do nothing;
  return null;
end
$$;

create trigger messages_after_insert after insert on public.messages
  referencing new table as added
  for each statement execute function private.fan_out_status();

-- What is deleted is gone: RLS cannot hide a column, so the row is emptied.
create function private.change_message() returns trigger
language plpgsql
set search_path = ''
as $$
begin
  new.updated_at := now();
  if new.deleted_at is not null then
    new.content := '';
    new.metadata := '{}';
    new.mentions := '{}';
    new.edits := '[]';
    new.pinned_at := null;
  elsif old.deleted_at is not null then
    -- Brought back by its room, with all that the deletion took, earlier texts as well.
    return new;
  elsif new.content is distinct from old.content then
    -- The room says when; people do not.
    if current_user = 'authenticated' then
      new.edited_at := now();
    end if;
    new.edits := (
      select coalesce(jsonb_agg(edit order by place), '[]')
      from (
        select edit, place
        from jsonb_array_elements(
          old.edits || jsonb_build_object('text', old.content, 'until', private.to_ms(new.edited_at))
        ) with ordinality as e (edit, place)
        order by place desc
        limit 10
      ) kept
    );
  else
    new.edits := old.edits;
  end if;
  return new;
end
$$;

-- After messages_guard by name, so that it sees what the guard let through.
create trigger messages_rewrite before update of content, metadata, mentions, edits, deleted_at, pinned_at on public.messages
  for each row execute function private.change_message();

-- Receipts off: neither side of a direct room sees how far the other has read. Groups always show it.
create function private.hide_receipts() returns trigger
language plpgsql security definer
set search_path = ''
as $$
begin
  -- In one order, as two people may switch at once.
  perform from public.room_participants p
  where p.room_id in (
    select o.room_id from public.room_participants o
    join public.rooms r on r.id = o.room_id and r.type = 'direct'
    where o.user_id = new.id)
  order by p.user_id, p.room_id
  for no key update;
  with pairs as (
    select p.room_id
    from public.room_participants p
    join public.rooms r on r.id = p.room_id and r.type = 'direct'
    where p.user_id = new.id
  ), hidden as (
    select p.room_id, not bool_and(u.read_receipts) as hide
    from public.room_participants p
    join public.user_profiles u on u.id = p.user_id
    where p.room_id in (select room_id from pairs)
    group by p.room_id
  )
  update public.room_participants p set receipts_hidden = h.hide
  from hidden h
  where p.room_id = h.room_id and p.receipts_hidden <> h.hide;
  return null;
end
$$;

create trigger user_profiles_receipts after update of read_receipts on public.user_profiles
  for each row when (old.read_receipts <> new.read_receipts)
  execute function private.hide_receipts();

-- The rooms in which a person is a member with one of these.
create function private.shared_rooms(p_person uuid, p_others uuid[]) returns setof uuid
language sql stable
set search_path = ''
as $$
  select distinct mine.room_id
  from public.room_participants mine
  join public.room_participants o on o.room_id = mine.room_id and o.user_id = any (p_others)
  where mine.user_id = p_person and mine.left_at is null;
$$;

-- A room knows who of its members blocks whom. By trigger, so that it hears of it whoever writes the list.
create function private.tell_blocks() returns trigger
language plpgsql security definer
set search_path = ''
as $$
declare
  changed uuid[] := array(
    select person from unnest(old.blocked_user_ids || new.blocked_user_ids) person
    where (person = any (old.blocked_user_ids)) <> (person = any (new.blocked_user_ids)));
  shared uuid[] := array(select private.shared_rooms(new.id, changed));
begin
  perform from public.rooms r where r.id = any (shared) order by r.id for no key update;
  update public.rooms r set members_version = r.members_version + 1 where r.id = any (shared);
  return null;
end
$$;

create trigger user_profiles_blocks after update of blocked_user_ids on public.user_profiles
  for each row when (old.blocked_user_ids is distinct from new.blocked_user_ids)
  execute function private.tell_blocks();

-- The hash of every command a room took, for ever: after a room has lost its storage, a repeat is still a repeat. It is
-- keyed, so that a short text that was deleted cannot be guessed from it.
create table parley.commands (
  room_id uuid not null references public.rooms (id) on delete cascade,
  id uuid not null,
  seq bigint not null,
  hash text not null,
  primary key (room_id, id)
);
-- For a room that rebuilds itself, and for a batch that overlaps what is written.
create index commands_seq_idx on parley.commands (room_id, seq);

-- A link that opens a room. The code itself is never stored, only its hash.
create table parley.join_links (
  code_hash text primary key
    constraint join_links_code_hash_check check (code_hash ~ '^[0-9a-f]{64}$'),
  -- By which owners and admins name a link: whoever has the hash is a step nearer to the code.
  id uuid not null default gen_random_uuid()
    constraint join_links_id_key unique,
  room_id uuid not null references public.rooms (id) on delete cascade,
  created_by uuid references public.user_profiles (id) on delete set null,
  created_at timestamptz not null default now(),
  expires_at timestamptz not null,
  -- Null: as many as the room holds.
  max_uses int
    constraint join_links_max_uses_check check (max_uses between 1 and 1000),
  revoked_at timestamptz
);
create index join_links_room_idx on parley.join_links (room_id);
create index join_links_created_by_idx on parley.join_links (created_by);

-- Who came in by which link.
create table parley.link_uses (
  code_hash text not null references parley.join_links (code_hash) on delete cascade,
  person uuid not null references public.user_profiles (id) on delete cascade,
  used_at timestamptz not null default now(),
  primary key (code_hash, person)
);
create index link_uses_person_idx on parley.link_uses (person);

-- What a change of members answered, so that the same command answers the same again.
create table parley.member_commands (
  id uuid primary key,
  room_id uuid not null references public.rooms (id) on delete cascade,
  answer jsonb,
  created_at timestamptz not null default now()
);
create index member_commands_room_idx on parley.member_commands (room_id);

-- Work that takes longer than one statement may: it is done in batches, and this row says how far it is.
create table parley.jobs (
  id uuid primary key default gen_random_uuid(),
  kind text not null
    constraint jobs_kind_check check (kind in ('erase_person', 'delete_room', 'expire', 'statuses')),
  room_id uuid not null references public.rooms (id) on delete cascade,
  -- Not a reference: the person's profile goes before the last trace of the job.
  person uuid,
  mode text
    constraint jobs_mode_check check (mode in ('keep', 'erase')),
  -- The event that asked for it, and its time: what it touches gets this rev.
  seq bigint not null default 0,
  at timestamptz not null default now(),
  -- Rows up to here are done, where the work walks along the room.
  done_to bigint not null default 0,
  done_at timestamptz,
  created_at timestamptz not null default now(),
  constraint jobs_erase_check check (kind <> 'erase_person' or (person is not null and mode is not null))
);
create unique index jobs_once_idx on parley.jobs (room_id, kind, person, seq) nulls not distinct;
create index jobs_open_idx on parley.jobs (kind, person) where done_at is null;

-- No policy at all: whatever the grants, nobody but the service gets a row.
alter table parley.commands enable row level security;
alter table parley.join_links enable row level security;
alter table parley.link_uses enable row level security;
alter table parley.member_commands enable row level security;
alter table parley.jobs enable row level security;

revoke all on all tables in schema parley from anon, authenticated;
grant select, insert, update, delete on all tables in schema parley to service_role;

revoke all on public.rooms, public.room_participants, public.messages, public.message_status, public.message_reactions,
  public.typing_indicators, public.user_presence from anon;
grant select, insert, update, delete on public.rooms, public.room_participants, public.typing_indicators
  to authenticated;
grant select, insert, update on public.messages, public.message_status, public.user_presence to authenticated;
grant select, insert, delete on public.message_reactions to authenticated;
grant select, insert, update, delete on public.rooms, public.room_participants, public.messages, public.message_status,
  public.message_reactions, public.typing_indicators, public.user_presence to service_role;

revoke execute on all functions in schema private from public, anon, authenticated;
grant execute on all functions in schema private to service_role;
-- A generated column calls its function as whoever writes the row.
grant execute on function private.search_text(text) to authenticated;

-- For whoever reads the tables directly; Parley's own clients hear of messages from the room.
do $$
begin
  if not exists (select from pg_catalog.pg_publication where pubname = 'supabase_realtime') then
    create publication supabase_realtime;
  end if;
end
$$;
alter publication supabase_realtime add table public.user_profiles, public.rooms, public.room_participants,
  public.messages, public.message_status, public.message_reactions, public.typing_indicators, public.user_presence;

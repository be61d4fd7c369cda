-- Who may do what in rooms, and the guards for columns.
--
-- Policies compare room_id with `any (array(select ...))`, never with `in (select ...)`: the array is computed once and
-- becomes an index condition, the other form a filter over every row (10 ms against 158 ms for a count over 200 rooms).
--
-- In rooms with writer = 'do' nobody writes past the room, so every policy for insert, update and delete on a room's
-- rows asks for an sql room. Making a room is the one exception: a room without events has no object yet.

create function private.my_room_ids() returns setof uuid
language sql stable security definer
set search_path = ''
as $$
  select p.room_id
  from public.room_participants p
  where p.user_id = (select auth.uid()) and p.left_at is null and (p.banned_until is null or p.banned_until <= now());
$$;

-- Those of my rooms whose rows people write themselves.
create function private.my_sql_room_ids() returns setof uuid
language sql stable security definer
set search_path = ''
as $$
  select r.id from public.rooms r where r.id in (select private.my_room_ids()) and r.writer = 'sql';
$$;

-- Those of my sql rooms in which I am owner or admin.
create function private.my_managed_room_ids() returns setof uuid
language sql stable security definer
set search_path = ''
as $$
  select p.room_id
  from public.room_participants p
  where p.user_id = (select auth.uid()) and p.role in ('owner', 'admin') and p.room_id in (select private.my_sql_room_ids());
$$;

-- A contact of a: someone whose direct room a has accepted. That the room exists is not enough, or a stranger would
-- become a contact by opening one.
create function private.has_contact(a uuid, b uuid) returns boolean
language sql stable security definer
set search_path = ''
as $$
  select exists (
    select from public.rooms r
    join public.room_participants p on p.room_id = r.id and p.user_id = a
    where r.direct_key = least(a, b)::text || ':' || greatest(a, b)::text and p.accepted_at is not null
  );
$$;

create function private.blocks(a uuid, b uuid) returns boolean
language sql stable security definer
set search_path = ''
as $$
  select exists (select from public.user_profiles u where u.id = a and b = any (u.blocked_user_ids));
$$;

-- Whether the person who asks may see what `owner` shows to everyone, contacts or nobody.
create function private.can_see(owner uuid, facet text) returns boolean
language sql stable security definer
set search_path = ''
as $$
  select coalesce((
    select o.id = viewer.id or (
      not viewer.id = any (o.blocked_user_ids)
      and not private.blocks(viewer.id, o.id)
      and case facet
        when 'last_seen' then o.privacy_last_seen
        when 'profile_photo' then o.privacy_profile_photo
        when 'about' then o.privacy_about
        when 'group_add' then o.privacy_group_add
      end = any (case when private.has_contact(o.id, viewer.id) then array['everyone', 'contacts'] else array['everyone'] end)
      -- Who hides their own last seen sees nobody's.
      and (facet <> 'last_seen' or exists (
        select from public.user_profiles v where v.id = viewer.id and v.privacy_last_seen <> 'nobody'))
    )
    from public.user_profiles o, (select (select auth.uid()) as id) viewer
    where o.id = owner and viewer.id is not null
  ), false);
$$;

create function private.can_post(p_room_id uuid) returns boolean
language sql stable security definer
set search_path = ''
as $$
  select exists (
    select from public.rooms r
    join public.room_participants p on p.room_id = r.id and p.user_id = (select auth.uid())
    where r.id = p_room_id and r.writer = 'sql'
      and p.left_at is null
      and (p.banned_until is null or p.banned_until <= now())
      and (p.silenced_until is null or p.silenced_until <= now())
      and (r.post_policy = 'everyone' or p.role in ('owner', 'admin'))
      and not (r.type = 'direct' and exists (
        select from public.room_participants other
        where other.room_id = r.id and other.user_id <> p.user_id
          and (private.blocks(other.user_id, p.user_id) or private.blocks(p.user_id, other.user_id))))
  );
$$;

-- A profile takes its memberships with it: a member would leave past the room, and a banned one come back. Whoever was
-- in a room is erased by the service.
create policy "People who were in no room delete their own profile" on public.user_profiles
  for delete to authenticated using (
    id = (select auth.uid())
    and not exists (select from public.room_participants p where p.user_id = (select auth.uid()))
  );

create policy "Members see their rooms" on public.rooms
  for select to authenticated using (
    id = any (array(select private.my_room_ids()))
    -- INSERT ... RETURNING shows the new row before its trigger has made anyone a member.
    or (created_by = (select auth.uid()) and member_count = 0)
  );
create policy "People make groups of their own" on public.rooms
  for insert to authenticated with check (
    created_by = (select auth.uid()) and type = 'group' and writer = 'do'
    and member_count = 0 and members_version = 0 and last_seq = 0 and epoch = 1
    and created_at = now() and last_message_at = now()
  );
create policy "Owners and admins change sql rooms" on public.rooms
  for update to authenticated
  using (id = any (array(select private.my_managed_room_ids())))
  with check (id = any (array(select private.my_managed_room_ids())));
create policy "Owners delete their sql groups" on public.rooms
  for delete to authenticated using (
    type = 'group'
    and id = any (array(select private.my_managed_room_ids()))
    and exists (
      select from public.room_participants p
      where p.room_id = rooms.id and p.user_id = (select auth.uid()) and p.role = 'owner')
  );

create policy "Members see each other, and how far those who show it have read" on public.room_participants
  for select to authenticated using (
    user_id = (select auth.uid())
    or (room_id = any (array(select private.my_room_ids())) and not receipts_hidden)
  );
create policy "Owners and admins add members who allow it to sql rooms" on public.room_participants
  for insert to authenticated with check (
    room_id = any (array(select private.my_managed_room_ids()))
    and role = 'member' and last_read_seq = 0 and last_delivered_seq = 0
    and accepted_at is null and left_at is null and silenced_until is null and banned_until is null
    and muted_until is null and notify_level = 'all' and pinned_at is null and archived_at is null
    and unread_from_seq is null and not receipts_hidden and joined_at = now()
    and private.can_see(user_id, 'group_add')
  );
-- Which columns is decided by the guard below.
create policy "Members change their row in sql rooms, admins that of others" on public.room_participants
  for update to authenticated
  using (
    (user_id = (select auth.uid()) and room_id = any (array(select private.my_sql_room_ids())))
    or room_id = any (array(select private.my_managed_room_ids()))
  )
  -- Not my_sql_room_ids here: whoever leaves is no longer in it.
  with check (
    user_id = (select auth.uid()) or room_id = any (array(select private.my_managed_room_ids()))
  );
create policy "Members leave sql rooms, admins remove others, nobody an owner" on public.room_participants
  for delete to authenticated using (
    role <> 'owner' and (
      (user_id = (select auth.uid()) and room_id = any (array(select private.my_sql_room_ids())))
      or room_id = any (array(select private.my_managed_room_ids()))
    )
  );

create policy "Members read messages in their rooms" on public.messages
  for select to authenticated using (
    room_id = any (array(select private.my_room_ids()))
    -- What has lapsed is hidden at its time, however late its row is emptied. An emptied row is shown: it tells that.
    and (expires_at is null or expires_at > now() or deleted_at is not null)
  );
create policy "Members write messages of their own in sql rooms" on public.messages
  for insert to authenticated with check (
    sender_id = (select auth.uid()) and type <> 'system' and deleted_at is null and pinned_at is null
    and deleted_by is null and edited_at is null and edits = '[]' and not metadata ?| array['system', 'import', 'guest'] and private.can_post(room_id)
  );
create policy "Members edit and delete messages of their own in sql rooms" on public.messages
  for update to authenticated
  using (
    sender_id = (select auth.uid()) and deleted_at is null and type <> 'system'
    and room_id = any (array(select private.my_sql_room_ids()))
  )
  with check (sender_id = (select auth.uid()) and room_id = any (array(select private.my_sql_room_ids())));

create policy "Members see the receipts in their rooms" on public.message_status
  for select to authenticated using (
    user_id = (select auth.uid()) or room_id = any (array(select private.my_room_ids())));
create policy "Members report their own receipts in sql rooms" on public.message_status
  for insert to authenticated with check (
    user_id = (select auth.uid()) and room_id = any (array(select private.my_sql_room_ids())));
create policy "Members advance their own receipts in sql rooms" on public.message_status
  for update to authenticated
  using (user_id = (select auth.uid()) and room_id = any (array(select private.my_sql_room_ids())))
  with check (user_id = (select auth.uid()) and room_id = any (array(select private.my_sql_room_ids())));

create policy "Members see the reactions in their rooms" on public.message_reactions
  for select to authenticated using (room_id = any (array(select private.my_room_ids())));
create policy "Members react in sql rooms" on public.message_reactions
  for insert to authenticated with check (
    user_id = (select auth.uid()) and room_id = any (array(select private.my_sql_room_ids())));
create policy "Members take back their own reactions in sql rooms" on public.message_reactions
  for delete to authenticated using (
    user_id = (select auth.uid()) and room_id = any (array(select private.my_sql_room_ids())));

create policy "Members see who is writing in their rooms" on public.typing_indicators
  for select to authenticated using (room_id = any (array(select private.my_room_ids())));
-- Whoever may not post is not writing: neither who is silenced, nor two of whom one blocks the other in a direct room.
create policy "Members say that they are writing in sql rooms" on public.typing_indicators
  for insert to authenticated with check (
    user_id = (select auth.uid()) and private.can_post(room_id)
    -- A lease that its holder could lengthen would be no lease.
    and expires_at <= now() + interval '6 seconds'
  );
create policy "Members renew their own typing in sql rooms" on public.typing_indicators
  for update to authenticated
  using (user_id = (select auth.uid()) and room_id = any (array(select private.my_sql_room_ids())))
  with check (
    user_id = (select auth.uid()) and private.can_post(room_id) and expires_at <= now() + interval '6 seconds'
  );
create policy "Members end their own typing in sql rooms" on public.typing_indicators
  for delete to authenticated using (
    user_id = (select auth.uid()) and room_id = any (array(select private.my_sql_room_ids())));

create policy "People see the presence that is shown to them" on public.user_presence
  for select to authenticated using (
    user_id = (select auth.uid()) or (status <> 'invisible' and private.can_see(user_id, 'last_seen')));
-- Nobody holds a lease for longer, or was last seen in a time to come.
create policy "People announce their own presence" on public.user_presence
  for insert to authenticated with check (
    user_id = (select auth.uid()) and expires_at <= now() + interval '10 minutes' and last_seen_at <= now());
create policy "People change their own presence" on public.user_presence
  for update to authenticated
  using (user_id = (select auth.uid()))
  with check (
    user_id = (select auth.uid()) and expires_at <= now() + interval '10 minutes' and last_seen_at <= now());

-- A policy decides about rows, these about columns. Only for people: the service and definer functions pass free.
create function private.refuse(reason text) returns void
language plpgsql
set search_path = ''
as $$
begin
  raise exception '%', reason using errcode = '42501';
end
$$;

create function private.guard_room() returns trigger
language plpgsql
set search_path = ''
as $$
begin
  if (new.id, new.type, new.writer, new.direct_key, new.created_by, new.member_count, new.members_version, new.epoch,
      new.last_seq, new.last_message_at, new.created_at)
    is distinct from
     (old.id, old.type, old.writer, old.direct_key, old.created_by, old.member_count, old.members_version, old.epoch,
      old.last_seq, old.last_message_at, old.created_at)
  then
    perform private.refuse('this column of a room is not for people to write');
  end if;
  return new;
end
$$;

create function private.guard_participant() returns trigger
language plpgsql
set search_path = ''
as $$
declare
  mine boolean := old.user_id = (select auth.uid());
  owner boolean := exists (
    select from public.room_participants p
    where p.room_id = old.room_id and p.user_id = (select auth.uid()) and p.role = 'owner' and p.left_at is null);
begin
  if (new.room_id, new.user_id, new.joined_at, new.receipts_hidden, new.history_from_seq)
    is distinct from (old.room_id, old.user_id, old.joined_at, old.receipts_hidden, old.history_from_seq)
  then
    perform private.refuse('this column of a membership is not for people to write');
  end if;
  if new.left_at is distinct from old.left_at and (old.left_at is not null or new.left_at is null) then
    perform private.refuse('nobody comes back by changing their row');
  end if;
  if mine then
    if new.role is distinct from old.role
      or (new.silenced_until, new.banned_until) is distinct from (old.silenced_until, old.banned_until)
    then
      perform private.refuse('nobody changes their own role, silence or ban');
    end if;
    if old.role = 'owner' and new.left_at is not null then
      perform private.refuse('an owner hands the room over first');
    end if;
    if new.last_read_seq < old.last_read_seq or new.last_delivered_seq < old.last_delivered_seq then
      perform private.refuse('marks only rise');
    end if;
    if greatest(new.last_read_seq, new.last_delivered_seq) >
       greatest(old.last_read_seq, old.last_delivered_seq, (select r.last_seq from public.rooms r where r.id = old.room_id))
    then
      perform private.refuse('nobody has read what was not written');
    end if;
  else
    if old.role = 'owner' or new.role = 'owner' then
      perform private.refuse('nobody makes or changes an owner here');
    end if;
    if new.role is distinct from old.role and not owner and 'admin' in (new.role, old.role) then
      perform private.refuse('only the owner makes and unmakes admins');
    end if;
    if (new.last_delivered_seq, new.last_read_seq, new.last_read_at, new.unread_from_seq, new.accepted_at,
        new.muted_until, new.notify_level, new.pinned_at, new.archived_at)
      is distinct from
       (old.last_delivered_seq, old.last_read_seq, old.last_read_at, old.unread_from_seq, old.accepted_at,
        old.muted_until, old.notify_level, old.pinned_at, old.archived_at)
    then
      perform private.refuse('this is another person''s own');
    end if;
  end if;
  return new;
end
$$;

create function private.guard_message() returns trigger
language plpgsql
set search_path = ''
as $$
begin
  if (new.room_id, new.seq, new.rev, new.client_id, new.sender_id, new.type, new.reply_to_seq, new.thread_seq, new.edits,
      new.created_at, new.edited_at, new.pinned_at, new.expires_at)
    is distinct from
     (old.room_id, old.seq, old.rev, old.client_id, old.sender_id, old.type, old.reply_to_seq, old.thread_seq, old.edits,
      old.created_at, old.edited_at, old.pinned_at, old.expires_at)
  then
    perform private.refuse('this column of a message is not for people to write');
  end if;
  if new.metadata ?| array['system', 'import', 'guest'] and new.metadata is distinct from old.metadata then
    perform private.refuse('these metadata are the room''s own');
  end if;
  if new.deleted_at is not null then
    new.deleted_at := now();
    new.deleted_by := (select auth.uid());
  else
    new.deleted_by := old.deleted_by;
  end if;
  return new;
end
$$;

-- Definer, and apart from the guard, so that nobody may execute take_seq themself.
create function private.raise_rev() returns trigger
language plpgsql security definer
set search_path = ''
as $$
begin
  new.rev := private.take_seq(new.room_id);
  return new;
end
$$;

create function private.guard_status() returns trigger
language plpgsql
set search_path = ''
as $$
begin
  if (new.room_id, new.seq, new.user_id) is distinct from (old.room_id, old.seq, old.user_id) then
    perform private.refuse('a receipt stays with its message');
  end if;
  new.delivered_at := coalesce(old.delivered_at, new.delivered_at);
  new.read_at := coalesce(old.read_at, new.read_at);
  return new;
end
$$;

create trigger rooms_guard before update on public.rooms
  for each row when (current_user = 'authenticated') execute function private.guard_room();
create trigger room_participants_guard before update on public.room_participants
  for each row when (current_user = 'authenticated') execute function private.guard_participant();
create trigger messages_guard before update on public.messages
  for each row when (current_user = 'authenticated') execute function private.guard_message();
-- By name after the guard, which sees that no person wrote rev.
create trigger messages_raise_rev before update on public.messages
  for each row when (current_user = 'authenticated') execute function private.raise_rev();
create trigger message_status_guard before update on public.message_status
  for each row when (current_user = 'authenticated') execute function private.guard_status();

revoke execute on all functions in schema private from public, anon, authenticated;
grant execute on all functions in schema private to service_role;
-- What policies and guards call as the person who asks. Each takes the identity from the session, none as an argument
-- except has_contact and blocks, which stay with the definers above.
grant execute on function private.search_text(text), private.to_ms(timestamptz), private.my_room_ids(), private.my_sql_room_ids(),
  private.my_managed_room_ids(), private.can_see(uuid, text), private.can_post(uuid), private.refuse(text)
  to authenticated;

-- Who may do what in meetings, and the guards for their columns. Being let in is never a row that a person writes: the
-- meeting admits, and only then does a media token exist.

-- A row that says that someone was there outlasts their right to come: it counts for members of the room, and for whoever is
-- invited and not banned from it.
create function private.my_meeting_ids() returns setof uuid
language sql stable security definer
set search_path = ''
as $$
  select p.meeting_id from public.meeting_participants p
  join public.meetings m on m.id = p.meeting_id
  where p.user_id = (select auth.uid()) and p.state <> 'removed' and (
    m.room_id is null
    or m.room_id = any (array(select private.my_room_ids()))
    or (
      exists (
        select from public.meeting_invitations i
        where i.meeting_id = m.id and i.invitee_id = p.user_id and i.expires_at > now()
          and i.status not in ('cancelled', 'expired'))
      and not exists (
        select from public.room_participants r
        where r.room_id = m.room_id and r.user_id = p.user_id and r.banned_until > now())));
$$;

create function private.my_hosted_meeting_ids() returns setof uuid
language sql stable security definer
set search_path = ''
as $$
  select m.id from public.meetings m
  where m.host_id = (select auth.uid()) and (m.room_id is null or m.room_id = any (array(select private.my_room_ids())))
  union
  select p.meeting_id from public.meeting_participants p
  where p.user_id = (select auth.uid()) and p.role = 'cohost' and p.meeting_id in (select private.my_meeting_ids());
$$;

-- Whom a meeting invites, of people and of addresses: limits.meetingInvitations.
create function private.most_invitations() returns int language sql immutable set search_path = '' return 200;

-- Not across a block, and not without an end.
create function private.can_invite(p_meeting_id uuid, p_person uuid) returns boolean
language sql stable security definer
set search_path = ''
as $$
  select p_meeting_id in (select private.my_hosted_meeting_ids())
    and not private.blocks(p_person, (select auth.uid())) and not private.blocks((select auth.uid()), p_person)
    and private.most_invitations() > (
      select count(*) from public.meeting_invitations i
      where i.meeting_id = p_meeting_id and i.status not in ('cancelled', 'expired'));
$$;

-- Expected in the meeting (its room's member, or invited), and it is not over or full.
create function private.can_join_meeting(p_meeting_id uuid) returns boolean
language sql stable security definer
set search_path = ''
as $$
  select exists (
    select from public.meetings m
    where m.id = p_meeting_id
      and m.status in ('scheduled', 'live')
      and (
        m.room_id in (select private.my_room_ids())
        or exists (
          select from public.meeting_invitations i
          where i.meeting_id = m.id and i.invitee_id = (select auth.uid())
            and i.status in ('pending', 'accepted') and i.expires_at > now()))
      and (select count(*) from public.meeting_participants p where p.meeting_id = m.id and p.state = 'joined')
        < m.max_participants
  );
$$;

create policy "People see meetings they host, join, or whose room they are in" on public.meetings
  for select to authenticated using (
    (host_id = (select auth.uid()) and room_id is null)
    or id = any (array(select private.my_meeting_ids()))
    or room_id = any (array(select private.my_room_ids()))
  );
create policy "People start meetings of their own, alone or in their rooms" on public.meetings
  for insert to authenticated with check (
    host_id = (select auth.uid()) and (room_id is null or room_id = any (array(select private.my_room_ids()))));
create policy "Hosts change their meetings" on public.meetings
  for update to authenticated
  using (id = any (array(select private.my_hosted_meeting_ids())))
  with check (id = any (array(select private.my_hosted_meeting_ids())));
create policy "The host deletes a meeting that is not live" on public.meetings
  for delete to authenticated using (
    host_id = (select auth.uid()) and status <> 'live' and id = any (array(select private.my_hosted_meeting_ids())));

create policy "Participants see each other" on public.meeting_participants
  for select to authenticated using (
    user_id = (select auth.uid()) or meeting_id = any (array(select private.my_meeting_ids())));
create policy "People knock at meetings they are expected in" on public.meeting_participants
  for insert to authenticated with check (
    user_id = (select auth.uid()) and role = 'participant' and state = 'waiting'
    and livekit_identity is null and livekit_sid is null and join_count = 0 and joined_at is null
    and private.can_join_meeting(meeting_id)
  );
create policy "Participants change their own row, hosts those of their meeting" on public.meeting_participants
  for update to authenticated
  using (user_id = (select auth.uid()) or meeting_id = any (array(select private.my_hosted_meeting_ids())))
  with check (user_id = (select auth.uid()) or meeting_id = any (array(select private.my_hosted_meeting_ids())));
create policy "Participants leave the list, hosts take off all but the host" on public.meeting_participants
  for delete to authenticated using (
    role <> 'host'
    -- A removed person could come back by deleting the row that says so.
    and ((user_id = (select auth.uid()) and state <> 'removed')
      or meeting_id = any (array(select private.my_hosted_meeting_ids())))
  );

create policy "Invitations are for invitee, inviter, hosts, addresses for two" on public.meeting_invitations
  for select to authenticated using (
    invitee_id = (select auth.uid()) or inviter_id = (select auth.uid())
    or (
      meeting_id = any (array(select private.my_hosted_meeting_ids()))
      -- Whoever reads this row sees the meeting, and its host.
      and (invitee_email is null or exists (
        select from public.meetings m where m.id = meeting_id and m.host_id = (select auth.uid()))))
  );
create policy "Hosts invite in their own name" on public.meeting_invitations
  for insert to authenticated with check (
    inviter_id = (select auth.uid()) and status = 'pending' and responded_at is null
    -- An address gets a mail with a link of its own, which no row makes.
    and invitee_id is not null and private.can_invite(meeting_id, invitee_id)
  );
create policy "The invitee answers, the inviter withdraws" on public.meeting_invitations
  for update to authenticated
  using (status = 'pending' and (invitee_id = (select auth.uid()) or inviter_id = (select auth.uid())))
  with check (
    (invitee_id = (select auth.uid()) and status in ('accepted', 'declined'))
    or (inviter_id = (select auth.uid()) and status in ('pending', 'cancelled'))
  );
create policy "The inviter deletes an invitation" on public.meeting_invitations
  for delete to authenticated using (inviter_id = (select auth.uid()));

create policy "Participants see the recordings" on public.meeting_recordings
  for select to authenticated using (meeting_id = any (array(select private.my_meeting_ids())));
create policy "Hosts delete recordings" on public.meeting_recordings
  for delete to authenticated using (meeting_id = any (array(select private.my_hosted_meeting_ids())));

-- Also on insert: a chosen LiveKit name is ignored.
create function private.guard_meeting() returns trigger
language plpgsql
set search_path = ''
as $$
begin
  if tg_op = 'INSERT' then
    new.livekit_room_name := 'm_' || gen_random_uuid();
    new.created_at := now();
    return new;
  end if;
  if (new.id, new.livekit_room_name, new.room_id, new.host_id, new.created_at)
    is distinct from (old.id, old.livekit_room_name, old.room_id, old.host_id, old.created_at)
  then
    perform private.refuse('this column of a meeting is not for people to write');
  end if;
  return new;
end
$$;

create function private.guard_meeting_participant() returns trigger
language plpgsql
set search_path = ''
as $$
declare
  hosting boolean := old.meeting_id in (select private.my_hosted_meeting_ids());
begin
  if (new.meeting_id, new.participant_id, new.user_id, new.livekit_identity, new.livekit_sid, new.joined_at,
      new.join_count, new.connection_quality)
    is distinct from
     (old.meeting_id, old.participant_id, old.user_id, old.livekit_identity, old.livekit_sid, old.joined_at,
      old.join_count, old.connection_quality)
  then
    perform private.refuse('this column of a participant is not for people to write');
  end if;
  if new.state is distinct from old.state and new.state not in ('left', 'removed') then
    perform private.refuse('the meeting admits');
  end if;
  if old.state = 'removed' and not hosting then
    perform private.refuse('whoever was removed stays so');
  end if;
  if new.state = 'removed' and old.state <> 'removed' and (not hosting or old.role = 'host') then
    perform private.refuse('only hosts remove, and never the host');
  end if;
  if new.role is distinct from old.role and (not hosting or 'host' in (new.role, old.role)) then
    perform private.refuse('only hosts give roles, and nobody becomes the host');
  end if;
  return new;
end
$$;

create function private.guard_invitation() returns trigger
language plpgsql
set search_path = ''
as $$
begin
  if tg_op = 'INSERT' then
    new.invited_at := now();
    return new;
  end if;
  -- Else an invitee could turn an invitation into one to any meeting.
  if (new.id, new.meeting_id, new.inviter_id, new.invitee_id, new.invitee_email, new.invited_at, new.expires_at)
    is distinct from
     (old.id, old.meeting_id, old.inviter_id, old.invitee_id, old.invitee_email, old.invited_at, old.expires_at)
  then
    perform private.refuse('an invitation stays what it was');
  end if;
  if new.status = 'accepted' and old.expires_at <= now() then
    perform private.refuse('this invitation has expired');
  end if;
  if new.status is distinct from old.status then
    new.responded_at := now();
  else
    new.responded_at := old.responded_at;
  end if;
  return new;
end
$$;

create trigger meetings_guard before insert or update on public.meetings
  for each row when (current_user = 'authenticated') execute function private.guard_meeting();
create trigger meeting_participants_guard before update on public.meeting_participants
  for each row when (current_user = 'authenticated') execute function private.guard_meeting_participant();
create trigger meeting_invitations_guard before insert or update on public.meeting_invitations
  for each row when (current_user = 'authenticated') execute function private.guard_invitation();

revoke execute on function private.my_meeting_ids(), private.my_hosted_meeting_ids(), private.can_join_meeting(uuid),
  private.most_invitations(), private.can_invite(uuid, uuid), private.guard_meeting(), private.guard_meeting_participant(),
  private.guard_invitation()
  from public, anon, authenticated;
grant execute on function private.my_meeting_ids(), private.my_hosted_meeting_ids(), private.can_join_meeting(uuid),
  private.most_invitations(), private.can_invite(uuid, uuid), private.guard_meeting(), private.guard_meeting_participant(),
  private.guard_invitation() to service_role;
grant execute on function private.my_meeting_ids(), private.my_hosted_meeting_ids(), private.can_join_meeting(uuid),
  private.can_invite(uuid, uuid)
  to authenticated;

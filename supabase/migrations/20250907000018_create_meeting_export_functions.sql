-- What is kept of someone about meetings, for their export: see create_erasure_functions. For service_role alone.

-- A page of the meetings that someone hosts, was in or is expected in, by id: [{meeting, room, hosting, ...}]. What its host said of
-- it is the host's.
create function parley.export_meetings(p_person uuid, p_after uuid, p_limit int) returns jsonb
language sql stable
set search_path = ''
as $$
  with page as materialized (
    select p.* from public.meeting_participants p
    where p.user_id = p_person and (p_after is null or p.meeting_id > p_after)
    order by p.meeting_id
    limit p_limit
  )
  select coalesce(jsonb_agg(jsonb_build_object(
    'meeting', m.id, 'room', m.room_id, 'hosting', m.host_id = p_person, 'media', m.kind, 'status', m.status,
    'createdAt', m.created_at, 'startedAt', m.started_at, 'endedAt', m.ended_at,
    'role', p.role, 'state', p.state, 'joinedAt', p.joined_at, 'leftAt', p.left_at, 'joinCount', p.join_count)
    || case when m.host_id = p_person then jsonb_build_object(
      'title', m.title, 'description', m.description, 'settings', m.settings, 'scheduledFor', m.scheduled_for,
      'plan', private.plan_of(l)) else '{}'::jsonb end
    order by m.id), '[]')
  from page p
  join public.meetings m on m.id = p.meeting_id
  left join parley.meeting_plans l on l.meeting_id = m.id;
$$;

-- A page of the invitations that someone sent or got, by id: [{invitation, meeting, ...}]. Whom they invited, by which address and
-- with which words, is theirs; who invited them with which words is not.
create function parley.export_invitations(p_person uuid, p_after uuid, p_limit int) returns jsonb
language sql stable
set search_path = ''
as $$
  select coalesce(jsonb_agg(jsonb_build_object(
    'invitation', i.id, 'meeting', i.meeting_id, 'sent', i.inviter_id = p_person, 'answer', i.status,
    'invitedAt', i.invited_at, 'answeredAt', i.responded_at)
    || case when i.inviter_id = p_person
      then jsonb_build_object('person', i.invitee_id, 'email', i.invitee_email, 'message', i.message) else '{}'::jsonb end
    order by i.id), '[]')
  from (
    select o.* from public.meeting_invitations o
    where (o.inviter_id = p_person or o.invitee_id = p_person) and (p_after is null or o.id > p_after)
    order by o.id
    limit p_limit
  ) i;
$$;

-- A page of the recordings that someone began, by id: [{recording, meeting, ...}].
create function parley.export_recordings(p_person uuid, p_after uuid, p_limit int) returns jsonb
language sql stable
set search_path = ''
as $$
  select coalesce(jsonb_agg(jsonb_build_object(
    'recording', r.id, 'meeting', r.meeting_id, 'status', r.status, 'startedAt', r.started_at, 'completedAt', r.completed_at,
    'durationMs', r.duration_ms, 'sizeBytes', r.size_bytes) order by r.id), '[]')
  from (
    select o.* from public.meeting_recordings o
    where o.started_by = p_person and (p_after is null or o.id > p_after)
    order by o.id
    limit p_limit
  ) r;
$$;

revoke execute on all functions in schema parley from public, anon, authenticated;
grant execute on all functions in schema parley to service_role;

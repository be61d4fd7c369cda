-- What the front door and the meetings themselves ask of Postgres. For service_role alone: whoever calls has proved who asks.
--
-- The meeting decides who is let in and knows who is there; these rows say what it is, who may come, and what happened. Its
-- lobby and who may record stand in meetings.settings, which its hosts may write: what makes no sense there counts as unsaid.

-- When a meeting is held, beside scheduled_for, which is the next session's beginning. Here and not among the columns that
-- hosts may write themselves. first_at is where the repetition began, whose wall clock in time_zone every session keeps.
create table parley.meeting_plans (
  meeting_id uuid primary key references public.meetings (id) on delete cascade,
  first_at timestamptz not null,
  minutes int not null
    constraint meeting_plans_minutes_check check (minutes between 5 and 1440),
  time_zone text not null
    constraint meeting_plans_time_zone_check check (char_length(time_zone) between 1 and 64),
  -- {every, interval, on, until, times}; null: once.
  repeats jsonb
    constraint meeting_plans_repeats_check check (jsonb_typeof(repeats) = 'object'),
  -- How many sessions are over, and how often calendars were told of another time.
  session int not null default 0
    constraint meeting_plans_session_check check (session >= 0),
  sequence int not null default 0
    constraint meeting_plans_sequence_check check (sequence >= 0)
);
alter table parley.meeting_plans enable row level security;
revoke all on parley.meeting_plans from anon, authenticated;
grant select, insert, update, delete on parley.meeting_plans to service_role;

-- Meetings that one person has planned and that are not over: limits.meetingsPlanned.
create function private.most_planned() returns int language sql immutable set search_path = '' return 500;

-- What a plan says of when: {firstAt, minutes, timeZone, repeats}; null where there is none.
create function private.plan_of(plan parley.meeting_plans) returns jsonb
language sql stable
set search_path = ''
as $$
  select case when plan.meeting_id is not null then jsonb_build_object(
    'firstAt', private.to_ms(plan.first_at), 'minutes', plan.minutes, 'timeZone', plan.time_zone,
    'repeats', plan.repeats) end;
$$;

-- Whether what was planned is still to come: what repeats always is, and nothing that nobody came to in its time.
create function private.is_to_come(meeting public.meetings, plan parley.meeting_plans) returns boolean
language sql stable
set search_path = ''
as $$
  select meeting.status = 'scheduled' and (
    plan.repeats is not null or meeting.scheduled_for + make_interval(mins => plan.minutes) > now());
$$;

create function private.lobby_of(meeting public.meetings) returns text
language sql immutable
set search_path = ''
as $$
  select case when meeting.settings ->> 'lobby' in ('nobody', 'strangers', 'everyone')
    then meeting.settings ->> 'lobby' else 'strangers' end;
$$;

create function private.may_record_of(meeting public.meetings) returns text
language sql immutable
set search_path = ''
as $$
  select case when meeting.settings ->> 'mayRecord' = 'members' then 'members' else 'hosts' end;
$$;

-- What a meeting is, as its object keeps it: MeetingFacts in durable-objects/between.ts. Null: there is none, or its room is
-- gone or going.
create function private.meeting_facts(p_meeting uuid) returns jsonb
language sql stable
set search_path = ''
as $$
  select jsonb_build_object(
    'id', m.id, 'room', m.room_id, 'host', m.host_id, 'title', m.title, 'media', m.kind, 'status', m.status,
    'startsAt', case when p.meeting_id is not null then private.to_ms(m.scheduled_for) end,
    'startedAt', private.to_ms(m.started_at),
    'lobby', private.lobby_of(m), 'capacity', m.max_participants, 'mayRecord', private.may_record_of(m),
    'plan', private.plan_of(p), 'session', coalesce(p.session, 0))
  from public.meetings m
  left join parley.meeting_plans p on p.meeting_id = m.id
  where m.id = p_meeting and m.room_id is not null
    and not exists (select from parley.jobs j where j.room_id = m.room_id and j.kind = 'delete_room');
$$;

-- What someone is to a meeting without a link: host, cohost, member, invited or null. Whoever made it hosts it for as long as
-- they are in its room; its owner and admins are co-hosts. Whom the room has banned is nothing to its meetings.
create function private.meeting_right(p_meeting uuid, p_person uuid) returns text
language sql stable
set search_path = ''
as $$
  select case
    when mine.banned_until > now() then null
    when inside.yes and m.host_id = p_person then 'host'
    when inside.yes and mine.role in ('owner', 'admin') then 'cohost'
    when seat.role = 'cohost' and seat.state <> 'removed' and (inside.yes or invited.yes) then 'cohost'
    when inside.yes then 'member'
    when invited.yes then 'invited'
  end
  from public.meetings m
  left join public.room_participants mine on mine.room_id = m.room_id and mine.user_id = p_person
  left join public.meeting_participants seat on seat.meeting_id = m.id and seat.participant_id = p_person
  cross join lateral (select mine.user_id is not null and mine.left_at is null as yes) inside
  cross join lateral (
    select exists (
      select from public.meeting_invitations i
      where i.meeting_id = m.id and i.invitee_id = p_person and i.expires_at > now()
        and i.status in ('pending', 'accepted', 'tentative', 'declined')) as yes
  ) invited
  where m.id = p_meeting;
$$;

create function private.runs_meeting(p_meeting uuid, p_person uuid) returns boolean
language sql stable
set search_path = ''
as $$
  select coalesce(private.meeting_right(p_meeting, p_person) in ('host', 'cohost'), false);
$$;

-- What p_by is to a meeting that they are to run: null where they run it, otherwise why not, as an answer.
create function private.not_theirs(p_meeting uuid, p_by uuid) returns jsonb
language sql stable
set search_path = ''
as $$
  select case
    when private.meeting_facts(p_meeting) is null or private.meeting_right(p_meeting, p_by) is null
    then jsonb_build_object('outcome', 'unknown')
    when not private.runs_meeting(p_meeting, p_by) then jsonb_build_object('outcome', 'forbidden')
  end;
$$;

-- All that a meeting begins with: {facts, people: [{id, person, name, role, state, joinedAt, leftAt, joinCount}]}. Null: there
-- is no such meeting.
create function parley.meeting_state(p_meeting uuid) returns jsonb
language sql stable
set search_path = ''
as $$
  select jsonb_build_object('facts', f.facts, 'people', (
    select coalesce(jsonb_agg(jsonb_build_object(
      'id', p.participant_id, 'person', p.user_id,
      'name', coalesce(u.display_name, p.metadata ->> 'name', ''),
      'role', case when p.role = 'participant' and p.metadata ->> 'role' in ('viewer', 'guest')
        then p.metadata ->> 'role' when p.role = 'participant' then 'speaker' else p.role end,
      'state', p.state, 'joinedAt', private.to_ms(p.joined_at), 'leftAt', private.to_ms(p.left_at),
      'joinCount', p.join_count) order by p.joined_at nulls last, p.participant_id), '[]')
    from public.meeting_participants p
    left join public.user_profiles u on u.id = p.user_id
    where p.meeting_id = p_meeting))
  from (select private.meeting_facts(p_meeting) as facts) f
  where f.facts is not null;
$$;

-- A meeting as p_person sees it; null where it is none of theirs. `invitation` is their own answer, or null.
create function private.meeting_seen(m public.meetings, p_person uuid) returns jsonb
language sql stable
set search_path = ''
as $$
  select jsonb_build_object(
    'id', m.id, 'room', m.room_id, 'roomName', r.name,
    'host', jsonb_build_object('person', m.host_id, 'name', h.display_name),
    'title', m.title, 'description', m.description, 'media', m.kind, 'status', m.status,
    'startsAt', private.to_ms(m.scheduled_for), 'plan', private.plan_of(p), 'session', coalesce(p.session, 0),
    'sequence', coalesce(p.sequence, 0), 'changedAt', private.to_ms(m.updated_at),
    'startedAt', private.to_ms(m.started_at), 'endedAt', private.to_ms(m.ended_at),
    'lobby', private.lobby_of(m), 'capacity', m.max_participants, 'mayRecord', private.may_record_of(m),
    'me', mine.is, 'invitation', (
      select i.status from public.meeting_invitations i
      where i.meeting_id = m.id and i.invitee_id = p_person
        and i.status in ('pending', 'accepted', 'declined', 'tentative')))
  from (select private.meeting_right(m.id, p_person) as is) mine
  join public.rooms r on r.id = m.room_id
  join public.user_profiles h on h.id = m.host_id
  left join parley.meeting_plans p on p.meeting_id = m.id
  where mine.is is not null
    and not exists (select from parley.jobs j where j.room_id = r.id and j.kind = 'delete_room');
$$;

-- The same by its id.
create function parley.meeting_of(p_meeting uuid, p_person uuid) returns jsonb
language sql stable
set search_path = ''
as $$
  select private.meeting_seen(m, p_person) from public.meetings m where m.id = p_meeting;
$$;

-- Writes down when a meeting is held: p_schedule is {startsAt, minutes, timeZone, repeats}. What repeats as it did, from
-- where it would have gone on anyway, keeps its beginning.
create function private.keep_plan(p_meeting uuid, p_schedule jsonb) returns void
language plpgsql volatile
set search_path = ''
as $$
declare
  starts timestamptz := private.from_ms((p_schedule ->> 'startsAt')::bigint);
  rule jsonb := nullif(p_schedule -> 'repeats', 'null');
  before timestamptz;
begin
  select m.scheduled_for into before from public.meetings m where m.id = p_meeting;
  insert into parley.meeting_plans as p (meeting_id, first_at, minutes, time_zone, repeats)
  values (p_meeting, starts, (p_schedule ->> 'minutes')::int, p_schedule ->> 'timeZone', rule)
  on conflict (meeting_id) do update
  set first_at = case
        when starts = before and excluded.time_zone = p.time_zone and excluded.repeats is not distinct from p.repeats
        then p.first_at else starts end,
      minutes = excluded.minutes, time_zone = excluded.time_zone, repeats = excluded.repeats,
      sequence = p.sequence + 1;
  update public.meetings m set scheduled_for = starts where m.id = p_meeting;
end
$$;

-- Whether someone may call the others of a room: a member who is not silenced, and in a direct room nobody blocks the other.
create function private.may_call(p_room_id uuid, p_person uuid) returns boolean
language sql stable
set search_path = ''
as $$
  select exists (
    select from public.room_participants p
    join public.rooms r on r.id = p.room_id
    where p.room_id = p_room_id and p.user_id = p_person and p.left_at is null
      and (p.banned_until is null or p.banned_until <= now())
      and (p.silenced_until is null or p.silenced_until <= now())
      and (r.type <> 'direct' or not exists (
        select from unnest(string_to_array(r.direct_key, ':')::uuid[]) other
        where other <> p_person and (private.blocks(other, p_person) or private.blocks(p_person, other)))));
$$;

-- Makes a meeting of p_person's. p_asked: {id, room, media, title, description, lobby, capacity, mayRecord, schedule}; all but
-- id may be missing. Without a room it gets a group of its own, named after it; without a schedule it may begin at once. It is
-- live when the meeting says that someone is there. The same id makes one meeting, for ever. Answers {outcome, id}: created,
-- already, taken (the id is something else's), unknown (no such room for them), forbidden, too_many.
create function parley.create_meeting(p_person uuid, p_asked jsonb) returns jsonb
language plpgsql volatile
set search_path = ''
as $$
declare
  asked jsonb := private.unwrap_json(p_asked);
  meeting uuid := (asked ->> 'id')::uuid;
  room uuid := (asked ->> 'room')::uuid;
  plan jsonb := nullif(asked -> 'schedule', 'null');
  named text := coalesce(asked ->> 'title', '');
  known public.meetings;
  made jsonb;
begin
  -- Held, so that two that come at once see each other.
  perform from public.user_profiles u where u.id = p_person for no key update;
  if not found then
    return jsonb_build_object('outcome', 'unknown');
  end if;
  select * into known from public.meetings m where m.id = meeting;
  if known.id is not null then
    return jsonb_build_object('id', meeting, 'outcome', case
      when known.host_id = p_person and (room is null or known.room_id = room) then 'already' else 'taken' end);
  end if;
  if room is not null then
    if private.standing(room, p_person) is null
      or exists (select from parley.jobs j where j.room_id = room and j.kind = 'delete_room')
    then
      return jsonb_build_object('outcome', 'unknown');
    end if;
    if not private.may_call(room, p_person) then
      return jsonb_build_object('outcome', 'forbidden');
    end if;
  end if;
  if plan is not null and private.most_planned() <= (
    select count(*) from public.meetings m
    join parley.meeting_plans p on p.meeting_id = m.id
    where m.host_id = p_person and private.is_to_come(m, p))
  then
    return jsonb_build_object('outcome', 'too_many');
  end if;
  if room is null then
    room := gen_random_uuid();
    made := parley.create_group(room, left(coalesce(nullif(btrim(named), ''), 'Meeting'), 100), p_person, '{}');
    if made ->> 'outcome' <> 'created' then
      return jsonb_build_object('outcome', 'too_many');
    end if;
  end if;

  insert into public.meetings (
    id, livekit_room_name, room_id, host_id, kind, title, description, scheduled_for, max_participants, settings)
  values (
    meeting, 'm_' || meeting, room, p_person, coalesce(asked ->> 'media', 'video'), named,
    coalesce(asked ->> 'description', ''), now(), coalesce((asked ->> 'capacity')::int, 100),
    jsonb_strip_nulls(jsonb_build_object('lobby', asked -> 'lobby', 'mayRecord', asked -> 'mayRecord')));
  if plan is not null then
    perform private.keep_plan(meeting, plan);
  end if;
  return jsonb_build_object('outcome', 'created', 'id', meeting);
end
$$;

-- A session is over at p_at. A meeting that is held again (p_next) is scheduled for then; every other one has ended.
create function private.end_session(p_meeting uuid, p_at timestamptz, p_next timestamptz) returns void
language plpgsql volatile
set search_path = ''
as $$
begin
  update public.meetings m
  set status = case when p_next is null then 'ended' else 'scheduled' end,
      scheduled_for = coalesce(p_next, m.scheduled_for),
      -- Its next session has not begun. When this one was stays in the rows of who was there.
      started_at = case when p_next is null then m.started_at end,
      ended_at = case when p_next is null then greatest(p_at, m.started_at) end
  where m.id = p_meeting;
  update parley.meeting_plans p set session = p.session + 1 where p.meeting_id = p_meeting;
  update public.meeting_participants p set state = 'left', left_at = greatest(p_at, p.joined_at)
  where p.meeting_id = p_meeting and p.state in ('joined', 'waiting');
end
$$;

-- The people (no addresses) who are invited and have not declined.
create function private.invited_people(p_meeting uuid) returns jsonb
language sql stable
set search_path = ''
as $$
  select coalesce(jsonb_agg(i.invitee_id), '[]') from public.meeting_invitations i
  where i.meeting_id = p_meeting and i.invitee_id is not null and i.status in ('pending', 'accepted', 'tentative');
$$;

-- What a host changes: p_change is {title, description, lobby, capacity, mayRecord, schedule}; what is missing stays. p_origin:
-- see owe_mails. Answers
-- {outcome}: changed {facts, people}, the invited people who were told another time before; over (it is, or it was begun at once and has no schedule to change, or it is live),
-- forbidden, unknown.
create function parley.change_meeting(p_meeting uuid, p_by uuid, p_change jsonb, p_origin text default null) returns jsonb
language plpgsql volatile
set search_path = ''
as $$
declare
  change jsonb := private.unwrap_json(p_change);
  plan jsonb := nullif(private.unwrap_json(p_change) -> 'schedule', 'null');
  known public.meetings;
  refused jsonb;
  moved boolean := false;
begin
  select * into known from public.meetings m where m.id = p_meeting for no key update;
  refused := private.not_theirs(p_meeting, p_by);
  if refused is not null then
    return refused;
  elsif known.status in ('ended', 'cancelled') or (plan is not null and (known.status <> 'scheduled' or not exists (
    select from parley.meeting_plans p where p.meeting_id = p_meeting)))
  then
    return jsonb_build_object('outcome', 'over');
  end if;
  update public.meetings m
  set title = coalesce(change ->> 'title', m.title), description = coalesce(change ->> 'description', m.description),
      max_participants = coalesce((change ->> 'capacity')::int, m.max_participants),
      settings = m.settings
        || jsonb_strip_nulls(jsonb_build_object('lobby', change -> 'lobby', 'mayRecord', change -> 'mayRecord'))
  where m.id = p_meeting;
  if plan is not null then
    moved := (plan ->> 'startsAt')::bigint <> private.to_ms(known.scheduled_for) or not exists (
      select from parley.meeting_plans p
      where p.meeting_id = p_meeting and p.minutes = (plan ->> 'minutes')::int and p.time_zone = plan ->> 'timeZone'
        and p.repeats is not distinct from nullif(plan -> 'repeats', 'null'));
    perform private.keep_plan(p_meeting, plan);
    if moved then
      perform private.owe_mails(p_meeting, 'changed', p_origin);
    end if;
  elsif change ? 'title' or change ? 'description' then
    update parley.meeting_plans p set sequence = p.sequence + 1 where p.meeting_id = p_meeting;
  end if;
  return jsonb_build_object('outcome', 'changed', 'facts', private.meeting_facts(p_meeting),
    'people', case when moved then private.invited_people(p_meeting) else '[]' end);
end
$$;

-- Cancels a meeting that is to come. One that is live ends; p_next_ms: it repeats, and is held again then. p_session: the
-- session that p_by saw live. Where that is over, so is what they asked for, and what is to come stays. Answers {outcome}:
-- cancelled or ended (also for a repeat) {facts, people}, the invited people who would have come; forbidden, unknown.
create function parley.cancel_meeting(
  p_meeting uuid, p_by uuid, p_next_ms bigint default null, p_session int default null, p_origin text default null)
returns jsonb
language plpgsql volatile
set search_path = ''
as $$
declare
  known public.meetings;
  refused jsonb;
begin
  select * into known from public.meetings m where m.id = p_meeting for no key update;
  refused := private.not_theirs(p_meeting, p_by);
  if refused is not null then
    return refused;
  end if;
  if exists (select from parley.meeting_plans p where p.meeting_id = p_meeting and p.session > p_session) then
    return jsonb_build_object('outcome', 'ended', 'facts', private.meeting_facts(p_meeting), 'people', '[]'::jsonb);
  end if;
  if known.status = 'live' then
    perform private.end_session(p_meeting, now(), private.from_ms(p_next_ms));
  elsif known.status = 'scheduled' then
    perform private.owe_mails(p_meeting, 'cancelled', p_origin);
    update public.meetings m set status = 'cancelled' where m.id = p_meeting;
    update parley.meeting_plans p set sequence = p.sequence + 1 where p.meeting_id = p_meeting;
  end if;
  return jsonb_build_object(
    'outcome', case when known.status in ('live', 'ended') then 'ended' else 'cancelled' end,
    'facts', private.meeting_facts(p_meeting),
    'people', case when known.status = 'scheduled' then private.invited_people(p_meeting) else '[]' end);
end
$$;

-- A repeating meeting that nobody came to is held again at p_to_ms; null: it never is. Only while p_from_ms is still when it
-- was to begin.
create function parley.move_on_meeting(p_meeting uuid, p_from_ms bigint, p_to_ms bigint default null) returns void
language plpgsql volatile
set search_path = ''
as $$
begin
  perform from public.meetings m
  where m.id = p_meeting and m.status = 'scheduled' and private.to_ms(m.scheduled_for) = p_from_ms
  for no key update;
  if found then
    perform private.end_session(p_meeting, now(), private.from_ms(p_to_ms));
  end if;
end
$$;

-- The meetings that someone hosts, is invited to, or that belong to rooms of theirs (to p_room alone, where it is said).
-- p_when: coming (live ones first, then by when they begin), unanswered (of those the ones that wait for their answer) or past
-- (the latest first). p_after: the key of the last row, as is `next`: [0 live or 1, ms, id], or [-ms, id].
create function parley.meetings_of(
  p_person uuid, p_when text, p_room uuid default null, p_after jsonb default null, p_limit int default 50)
returns jsonb
language sql stable
set search_path = ''
as $$
  with after as (
    select private.unwrap_json(p_after) as key
  ), mine as (
    -- Those of which meeting_seen shows something: it is asked for the meetings of one page alone.
    select m.id from public.room_participants p
    join public.meetings m on m.room_id = p.room_id
    where p.user_id = p_person and p.left_at is null and (p.banned_until is null or p.banned_until <= now())
      and p_when <> 'unanswered'
    union
    select i.meeting_id from public.meeting_invitations i
    join public.meetings m on m.id = i.meeting_id
    where i.invitee_id = p_person and i.expires_at > now() and i.status not in ('cancelled', 'expired')
      and (p_when <> 'unanswered' or i.status = 'pending')
      and not exists (
        select from public.room_participants p
        where p.room_id = m.room_id and p.user_id = p_person and p.banned_until > now())
  ), placed as (
    select m.id, case
      when p_when = 'past' then jsonb_build_array(-private.to_ms(coalesce(m.ended_at, m.scheduled_for, m.created_at)), m.id)
      when m.status = 'live' then jsonb_build_array(0, private.to_ms(m.started_at), m.id)
      else jsonb_build_array(1, private.to_ms(m.scheduled_for), m.id)
    end as key
    from mine
    join public.meetings m on m.id = mine.id
    left join parley.meeting_plans p on p.meeting_id = m.id
    where m.room_id is not null and (p_room is null or m.room_id = p_room)
      and not exists (select from parley.jobs j where j.room_id = m.room_id and j.kind = 'delete_room')
      -- What was to begin at once and never did is a call that nobody took: the room's log has it.
      and case m.status
        when 'live' then p_when <> 'past'
        when 'scheduled' then p.meeting_id is not null and private.is_to_come(m, p) = (p_when <> 'past')
        else p_when = 'past' end
  ), page as (
    select l.id, l.key from placed l, after a
    where a.key is null or l.key > a.key
    order by l.key
    limit p_limit + 1
  ), seen as (
    select g.key, private.meeting_seen(m, p_person) as item
    from page g
    join public.meetings m on m.id = g.id
  )
  select private.page_of(
    coalesce(jsonb_agg(jsonb_build_object('key', g.key, 'item', g.item) order by g.key), '[]'), p_limit)
  from seen g;
$$;

-- What the meeting itself says of a session. p_state: {session, status, startedAt, endedAt, nextStartsAt, people}, times in
-- epoch ms; all but session may be missing.
--   session       which one it speaks of: what it says of one that is over is late, and only its people are written
--   status        live (since startedAt) or ended (at endedAt)
--   nextStartsAt  of one that repeats and has ended: when it is held next, null: never again; unsaid: what is read next
--                 finds out, see move_on_meeting
--   people        [{id, person, name, role, state, joinedAt, leftAt, joinCount, identity, sid}]: person is null of a guest,
--                 role a MeetingRole, state invited, waiting, joined, left or removed; written over what was there
-- Answers {outcome}: recorded {facts}, busy (another meeting is live in its room) {id}, unknown. Said twice it is said once.
create function parley.record_meeting(p_meeting uuid, p_state jsonb) returns jsonb
language plpgsql volatile
set search_path = ''
as $$
declare
  said jsonb := private.unwrap_json(p_state);
  known public.meetings;
  now_at int;
  other uuid;
begin
  -- The room first, as whoever makes a meeting or deletes the room.
  if said ->> 'status' = 'live' then
    perform private.lock_room((select m.room_id from public.meetings m where m.id = p_meeting), '{}');
  end if;
  select * into known from public.meetings m where m.id = p_meeting for no key update;
  if known.id is null or known.room_id is null then
    return jsonb_build_object('outcome', 'unknown');
  end if;
  select p.session into now_at from parley.meeting_plans p where p.meeting_id = p_meeting;

  insert into public.meeting_participants as p (
    meeting_id, participant_id, user_id, role, state, joined_at, left_at, join_count, livekit_identity, livekit_sid, metadata)
  select p_meeting, w.id, w.person, case when w.role in ('host', 'cohost') then w.role else 'participant' end, w.state,
    private.from_ms(w."joinedAt"), private.from_ms(w."leftAt"), coalesce(w."joinCount", 0), w.identity, w.sid,
    case when w.role in ('viewer', 'guest') then jsonb_build_object('role', w.role) else '{}'::jsonb end
      || case when w.person is null then jsonb_build_object('name', w.name) else '{}'::jsonb end
  from jsonb_to_recordset(coalesce(nullif(said -> 'people', 'null'), '[]')) as w (
    id uuid, person uuid, name text, role text, state text, "joinedAt" bigint, "leftAt" bigint, "joinCount" int,
    identity text, sid text)
  -- An account that is gone has no row, and its rows went with it.
  where w.person is null or exists (select from public.user_profiles u where u.id = w.person)
  on conflict (meeting_id, participant_id) do update
  set role = case when p.role = 'host' then 'host' else excluded.role end, state = excluded.state,
      joined_at = coalesce(excluded.joined_at, p.joined_at), left_at = excluded.left_at,
      join_count = greatest(excluded.join_count, p.join_count),
      livekit_identity = coalesce(excluded.livekit_identity, p.livekit_identity),
      livekit_sid = coalesce(excluded.livekit_sid, p.livekit_sid), metadata = excluded.metadata;

  if coalesce(now_at, 0) = coalesce((said ->> 'session')::int, 0) then
    if said ->> 'status' = 'live' and known.status = 'scheduled' then
      select m.id into other from public.meetings m where m.room_id = known.room_id and m.status = 'live';
      if other is not null then
        return jsonb_build_object('outcome', 'busy', 'id', other);
      end if;
      update public.meetings m
      set status = 'live', started_at = private.from_ms((said ->> 'startedAt')::bigint), ended_at = null
      where m.id = p_meeting;
    elsif said ->> 'status' = 'ended' and known.status in ('live', 'scheduled') then
      perform private.end_session(
        p_meeting, private.from_ms((said ->> 'endedAt')::bigint), case
          when said ? 'nextStartsAt' then private.from_ms((said ->> 'nextStartsAt')::bigint)
          when exists (select from parley.meeting_plans p where p.meeting_id = p_meeting and p.repeats is not null)
          then known.scheduled_for end);
    end if;
  end if;
  return jsonb_build_object('outcome', 'recorded', 'facts', private.meeting_facts(p_meeting));
end
$$;

-- A row that people insert themselves is of a meeting to come, under an id that no call can have; that it is live, and was,
-- is for the meeting to say.
create or replace function private.guard_meeting() returns trigger
language plpgsql
set search_path = ''
as $$
begin
  if tg_op = 'INSERT' then
    new.id := gen_random_uuid();
    new.livekit_room_name := 'm_' || new.id;
    new.status := 'scheduled';
    new.started_at := null;
    new.ended_at := null;
    new.created_at := now();
    return new;
  end if;
  if (new.id, new.livekit_room_name, new.room_id, new.host_id, new.created_at, new.started_at, new.ended_at)
    is distinct from
     (old.id, old.livekit_room_name, old.room_id, old.host_id, old.created_at, old.started_at, old.ended_at)
  then
    perform private.refuse('this column of a meeting is not for people to write');
  end if;
  -- Its plan says when it is held, and so do the calendars and mails that were made of it.
  if new.scheduled_for is distinct from old.scheduled_for then
    perform private.refuse('a meeting is moved with its plan');
  end if;
  if new.status <> old.status and not (old.status = 'scheduled' and new.status = 'cancelled') then
    perform private.refuse('the meeting says when it is live and over');
  end if;
  return new;
end
$$;

revoke execute on all functions in schema private from public, anon;
revoke execute on function
  private.most_planned(), private.plan_of(parley.meeting_plans),
  private.is_to_come(public.meetings, parley.meeting_plans), private.lobby_of(public.meetings), private.may_record_of(public.meetings), private.meeting_facts(uuid), private.meeting_right(uuid, uuid),
  private.runs_meeting(uuid, uuid), private.meeting_seen(public.meetings, uuid), private.keep_plan(uuid, jsonb),
  private.may_call(uuid, uuid), private.not_theirs(uuid, uuid), private.end_session(uuid, timestamptz, timestamptz), private.invited_people(uuid)
  from authenticated;
grant execute on function
  private.most_planned(), private.plan_of(parley.meeting_plans),
  private.is_to_come(public.meetings, parley.meeting_plans), private.lobby_of(public.meetings), private.may_record_of(public.meetings), private.meeting_facts(uuid), private.meeting_right(uuid, uuid),
  private.runs_meeting(uuid, uuid), private.meeting_seen(public.meetings, uuid), private.keep_plan(uuid, jsonb),
  private.may_call(uuid, uuid), private.not_theirs(uuid, uuid), private.end_session(uuid, timestamptz, timestamptz), private.invited_people(uuid)
  to service_role;
revoke execute on all functions in schema parley from public, anon, authenticated;
grant execute on all functions in schema parley to service_role;

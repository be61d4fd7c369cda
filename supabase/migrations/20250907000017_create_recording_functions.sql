-- Recordings of meetings. Postgres says whether one runs already, so that two who press at once start one; the media server
-- says what becomes of it. For service_role alone: whoever calls has proved who asks.

-- Files whose recording is no more: it was deleted, or its meeting, its room or its host's account was. They are deleted with the
-- chores; one that is still written to, a day later.
create table parley.doomed_files (
  path text primary key,
  due_at timestamptz not null
);
alter table parley.doomed_files enable row level security;
revoke all on parley.doomed_files from anon, authenticated;
grant select, insert, update, delete on parley.doomed_files to service_role;
create index doomed_files_due_idx on parley.doomed_files (due_at);

create function private.doom_file() returns trigger
language plpgsql security definer
set search_path = ''
as $$
begin
  insert into parley.doomed_files (path, due_at)
  values (old.storage_path, now() + case when old.completed_at is null then interval '1 day' else interval '0' end)
  on conflict do nothing;
  return null;
end
$$;

create trigger meeting_recordings_doom after delete on public.meeting_recordings
  for each row when (old.storage_path is not null) execute function private.doom_file();

-- Files to delete, for whoever asks to do it within ten minutes: after that they are to be deleted again. [path].
create function parley.take_doomed_files(p_limit int) returns jsonb
language sql volatile
set search_path = ''
as $$
  with due as (
    select f.path from parley.doomed_files f
    where f.due_at <= now() order by f.due_at, f.path limit p_limit for update skip locked
  ), mine as (
    update parley.doomed_files f set due_at = now() + interval '10 minutes' from due where f.path = due.path
    returning f.path
  )
  select coalesce(jsonb_agg(m.path order by m.path), '[]') from mine m;
$$;

-- These are gone.
create function parley.files_gone(p_paths text[]) returns void
language sql volatile
set search_path = ''
as $$
  delete from parley.doomed_files f where f.path = any (p_paths);
$$;

-- A recording as those see it who may: Recording in protocol/endpoints/recordings.ts.
create function private.recording_seen(r public.meeting_recordings) returns jsonb
language sql stable
set search_path = ''
as $$
  select jsonb_build_object(
    'id', r.id, 'status', r.status,
    'startedBy', (select jsonb_build_object('person', u.id, 'name', u.display_name)
      from public.user_profiles u where u.id = r.started_by),
    'startedAt', private.to_ms(r.started_at), 'completedAt', private.to_ms(r.completed_at), 'durationMs', r.duration_ms,
    'sizeBytes', r.size_bytes, 'mime', r.mime_type, 'error', r.error);
$$;

create function private.may_record(p_meeting uuid, p_person uuid) returns boolean
language sql stable
set search_path = ''
as $$
  select coalesce(private.runs_meeting(p_meeting, p_person)
    or (private.meeting_right(p_meeting, p_person) = 'member'
      and (select private.may_record_of(m) = 'members' from public.meetings m where m.id = p_meeting)), false);
$$;

-- The one that runs, if any. One that was begun and of which the media server never spoke ends after two minutes.
create function private.open_recording(p_meeting uuid) returns public.meeting_recordings
language sql volatile
set search_path = ''
as $$
  update public.meeting_recordings r
  set status = 'failed', error = 'The media server did not begin it.', completed_at = now()
  where r.meeting_id = p_meeting and r.status = 'starting' and r.started_at < now() - interval '2 minutes';
  select r from public.meeting_recordings r
  where r.meeting_id = p_meeting and r.status in ('starting', 'active') order by r.started_at desc limit 1;
$$;

-- Writes down that someone begins to record. Answers {outcome}: begun {recording}, running {recording}, over, forbidden,
-- unknown.
create function parley.begin_recording(p_meeting uuid, p_by uuid, p_id uuid, p_path text) returns jsonb
language plpgsql volatile
set search_path = ''
as $$
declare
  known public.meetings;
  running public.meeting_recordings;
begin
  if private.meeting_right(p_meeting, p_by) is null then
    return jsonb_build_object('outcome', 'unknown');
  end if;
  if not private.may_record(p_meeting, p_by) then
    return jsonb_build_object('outcome', 'forbidden');
  end if;
  select * into known from public.meetings m where m.id = p_meeting for no key update;
  -- Whether someone is in it the media server knows, sooner than this row.
  if known.status in ('ended', 'cancelled') then
    return jsonb_build_object('outcome', 'over');
  end if;
  running := private.open_recording(p_meeting);
  if running.id is not null then
    return jsonb_build_object('outcome', 'running', 'recording', private.recording_seen(running));
  end if;
  insert into public.meeting_recordings (id, meeting_id, livekit_egress_id, started_by, storage_path, mime_type)
  values (p_id, p_meeting, 'starting:' || p_id, p_by, p_path, 'video/mp4') returning * into running;
  return jsonb_build_object('outcome', 'begun', 'recording', private.recording_seen(running));
end
$$;

-- What the media server says of a recording: its id there, how it is, and what came of it. What is over stays as it ended, and
-- nothing goes back. p_recording: known to the caller; null: found by the egress, or as the one of the meeting that has none yet.
-- Answers the recording that runs now, or null.
create function parley.note_recording(
  p_meeting uuid, p_recording uuid, p_egress text, p_status text, p_error text default null, p_bytes bigint default null,
  p_duration_ms bigint default null)
returns jsonb
language plpgsql volatile
set search_path = ''
as $$
declare
  known public.meeting_recordings;
  steps text[] := array['starting', 'active', 'processing', 'completed', 'failed', 'aborted'];
begin
  select * into known from public.meeting_recordings r
  where r.meeting_id = p_meeting and case
    when p_recording is not null then r.id = p_recording
    else r.livekit_egress_id = p_egress or r.livekit_egress_id = 'starting:' || r.id end
  order by r.livekit_egress_id = p_egress desc, r.started_at desc limit 1
  for update;
  if known.id is not null and known.status not in ('completed', 'failed', 'aborted') then
    update public.meeting_recordings r
    set livekit_egress_id = coalesce(p_egress, r.livekit_egress_id),
        status = case when array_position(steps, p_status) > array_position(steps, r.status) then p_status else r.status end,
        error = coalesce(p_error, r.error),
        size_bytes = coalesce(p_bytes, r.size_bytes), duration_ms = coalesce(p_duration_ms, r.duration_ms),
        completed_at = case when p_status in ('completed', 'failed', 'aborted') then now() end
    where r.id = known.id;
  end if;
  return (select private.recording_seen(o) from private.open_recording(p_meeting) o where o.id is not null);
end
$$;

-- Whether a recording may go on: it is known, and not over.
create function parley.recording_goes_on(p_meeting uuid, p_recording uuid) returns boolean
language sql stable
set search_path = ''
as $$
  select exists (
    select from public.meeting_recordings r
    where r.id = p_recording and r.meeting_id = p_meeting and r.status in ('starting', 'active', 'processing'));
$$;

-- The recordings of a meeting, newest first; null: no such meeting for this person.
create function parley.recordings_of(p_meeting uuid, p_person uuid) returns jsonb
language sql stable
set search_path = ''
as $$
  select case when private.meeting_right(p_meeting, p_person) is not null then coalesce(
    (select jsonb_agg(private.recording_seen(r) order by r.started_at desc, r.id)
     from public.meeting_recordings r where r.meeting_id = p_meeting), '[]') end;
$$;

-- One of them, with where it is: {recording, egress, path, runs} (runs: whether this person may stop and delete); null: there is
-- none for them.
create function parley.recording_of(p_meeting uuid, p_recording uuid, p_person uuid) returns jsonb
language sql stable
set search_path = ''
as $$
  select jsonb_build_object('recording', private.recording_seen(r), 'egress', r.livekit_egress_id, 'path', r.storage_path,
    'runs', private.may_record(p_meeting, p_person))
  from public.meeting_recordings r
  where r.id = p_recording and r.meeting_id = p_meeting and private.meeting_right(p_meeting, p_person) is not null;
$$;

-- Forgets a recording. Its file is gone, or will be: see doomed_files.
create function parley.forget_recording(p_meeting uuid, p_recording uuid) returns void
language sql volatile
set search_path = ''
as $$
  delete from public.meeting_recordings r where r.id = p_recording and r.meeting_id = p_meeting;
$$;

revoke execute on function private.recording_seen(public.meeting_recordings), private.may_record(uuid, uuid),
  private.open_recording(uuid), private.doom_file() from public, anon, authenticated;
grant execute on function private.recording_seen(public.meeting_recordings), private.may_record(uuid, uuid),
  private.open_recording(uuid), private.doom_file() to service_role;
revoke execute on all functions in schema parley from public, anon, authenticated;
grant execute on all functions in schema parley to service_role;

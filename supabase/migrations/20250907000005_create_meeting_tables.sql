-- Meetings, who is in them, invitations, recordings. LiveKit carries sound and picture; these rows say what happened.

create table public.meetings (
  id uuid primary key default gen_random_uuid(),
  -- The name in LiveKit is the server's choice: a chosen one could be another meeting's.
  livekit_room_name text not null default 'm_' || gen_random_uuid()
    constraint meetings_livekit_room_name_key unique,
  room_id uuid references public.rooms (id) on delete set null,
  host_id uuid not null references public.user_profiles (id) on delete cascade,
  kind text not null default 'video'
    constraint meetings_kind_check check (kind in ('audio', 'video')),
  status text not null default 'scheduled'
    constraint meetings_status_check check (status in ('scheduled', 'live', 'ended', 'cancelled')),
  title text not null default ''
    constraint meetings_title_check check (char_length(title) <= 200),
  description text not null default ''
    constraint meetings_description_check check (char_length(description) <= 4000),
  scheduled_for timestamptz,
  started_at timestamptz,
  ended_at timestamptz,
  max_participants int not null default 100
    constraint meetings_max_participants_check check (max_participants between 2 and 1000),
  settings jsonb not null default '{}'
    constraint meetings_settings_check check (jsonb_typeof(settings) = 'object'),
  metadata jsonb not null default '{}'
    constraint meetings_metadata_check check (jsonb_typeof(metadata) = 'object'),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint meetings_ended_check check (ended_at >= started_at)
);

alter table public.meetings enable row level security;

-- Two people who start a call at once start one call.
create unique index meetings_one_live_per_room_idx on public.meetings (room_id)
  where status = 'live' and room_id is not null;
create index meetings_room_idx on public.meetings (room_id, created_at desc);
create index meetings_host_idx on public.meetings (host_id, created_at desc);
create index meetings_scheduled_idx on public.meetings (scheduled_for) where status = 'scheduled';
create index meetings_live_idx on public.meetings (started_at) where status = 'live';

create table public.meeting_participants (
  meeting_id uuid not null references public.meetings (id) on delete cascade,
  -- A person's own id, or a guest's: guests have no account.
  participant_id uuid not null,
  user_id uuid references public.user_profiles (id) on delete cascade,
  role text not null default 'participant'
    constraint meeting_participants_role_check check (role in ('host', 'cohost', 'participant')),
  state text not null default 'waiting'
    constraint meeting_participants_state_check check (state in ('invited', 'waiting', 'joined', 'left', 'removed')),
  livekit_identity text,
  livekit_sid text,
  joined_at timestamptz,
  left_at timestamptz,
  join_count int not null default 0
    constraint meeting_participants_join_count_check check (join_count >= 0),
  audio_enabled boolean not null default false,
  video_enabled boolean not null default false,
  screen_sharing boolean not null default false,
  connection_quality text
    constraint meeting_participants_quality_check check (connection_quality in ('excellent', 'good', 'poor', 'lost')),
  metadata jsonb not null default '{}'
    constraint meeting_participants_metadata_check check (jsonb_typeof(metadata) = 'object'),
  updated_at timestamptz not null default now(),
  primary key (meeting_id, participant_id),
  constraint meeting_participants_person_check check (user_id is null or user_id = participant_id)
) with (fillfactor = 80);

alter table public.meeting_participants enable row level security;

create index meeting_participants_user_idx on public.meeting_participants (user_id, joined_at desc);
create index meeting_participants_active_idx on public.meeting_participants (meeting_id) where state = 'joined';
create index meeting_participants_sid_idx on public.meeting_participants (livekit_sid) where livekit_sid is not null;

create table public.meeting_invitations (
  id uuid primary key default gen_random_uuid(),
  meeting_id uuid not null references public.meetings (id) on delete cascade,
  inviter_id uuid not null references public.user_profiles (id) on delete cascade,
  invitee_id uuid references public.user_profiles (id) on delete cascade,
  -- Only in rows without an invitee, which no policy shows to anyone but inviter and host.
  invitee_email text
    constraint meeting_invitations_email_check check (invitee_email ~ '^[^@\s]+@[^@\s]+$' and char_length(invitee_email) <= 254),
  status text not null default 'pending'
    constraint meeting_invitations_status_check check (status in ('pending', 'accepted', 'declined', 'cancelled', 'expired')),
  message text not null default ''
    constraint meeting_invitations_message_check check (char_length(message) <= 500),
  invited_at timestamptz not null default now(),
  responded_at timestamptz,
  expires_at timestamptz not null default now() + interval '7 days',
  constraint meeting_invitations_once unique (meeting_id, invitee_id),
  constraint meeting_invitations_invitee_check check (num_nonnulls(invitee_id, invitee_email) = 1),
  constraint meeting_invitations_self_check check (invitee_id <> inviter_id)
);

alter table public.meeting_invitations enable row level security;

create index meeting_invitations_invitee_idx on public.meeting_invitations (invitee_id, status, invited_at desc);
create index meeting_invitations_inviter_idx on public.meeting_invitations (inviter_id, invited_at desc);
create index meeting_invitations_expiry_idx on public.meeting_invitations (expires_at) where status = 'pending';

create table public.meeting_recordings (
  id uuid primary key default gen_random_uuid(),
  meeting_id uuid not null references public.meetings (id) on delete cascade,
  livekit_egress_id text not null
    constraint meeting_recordings_livekit_egress_id_key unique,
  started_by uuid references public.user_profiles (id) on delete set null,
  status text not null default 'starting'
    constraint meeting_recordings_status_check
    check (status in ('starting', 'active', 'processing', 'completed', 'failed', 'aborted')),
  storage_path text,
  mime_type text,
  size_bytes bigint
    constraint meeting_recordings_size_bytes_check check (size_bytes >= 0),
  duration_ms bigint
    constraint meeting_recordings_duration_ms_check check (duration_ms >= 0),
  error text,
  metadata jsonb not null default '{}'
    constraint meeting_recordings_metadata_check check (jsonb_typeof(metadata) = 'object'),
  started_at timestamptz not null default now(),
  completed_at timestamptz,
  updated_at timestamptz not null default now()
);

alter table public.meeting_recordings enable row level security;

create index meeting_recordings_meeting_idx on public.meeting_recordings (meeting_id, started_at desc);
create index meeting_recordings_started_by_idx on public.meeting_recordings (started_by);
create index meeting_recordings_open_idx on public.meeting_recordings (started_at)
  where status in ('starting', 'active', 'processing');

create trigger meetings_touch before update on public.meetings
  for each row execute function private.touch();
create trigger meeting_participants_touch before update on public.meeting_participants
  for each row execute function private.touch();
create trigger meeting_recordings_touch before update on public.meeting_recordings
  for each row execute function private.touch();

create function private.add_host() returns trigger
language plpgsql security definer
set search_path = ''
as $$
begin
  insert into public.meeting_participants (meeting_id, participant_id, user_id, role, state)
  values (new.id, new.host_id, new.host_id, 'host', 'invited');
  return null;
end
$$;

create trigger meetings_add_host after insert on public.meetings
  for each row execute function private.add_host();

-- Whoever accepts is expected; being in the call is for the meeting itself to say.
create function private.accept_invitation() returns trigger
language plpgsql security definer
set search_path = ''
as $$
begin
  insert into public.meeting_participants (meeting_id, participant_id, user_id, state)
  values (new.meeting_id, new.invitee_id, new.invitee_id, 'invited')
  on conflict do nothing;
  return null;
end
$$;

create trigger meeting_invitations_accept after update of status on public.meeting_invitations
  for each row when (new.status = 'accepted' and old.status = 'pending' and new.invitee_id is not null)
  execute function private.accept_invitation();

revoke all on public.meetings, public.meeting_participants, public.meeting_invitations, public.meeting_recordings from anon;
grant select, insert, update, delete on public.meetings, public.meeting_participants, public.meeting_invitations
  to authenticated;
grant select, delete on public.meeting_recordings to authenticated;
grant select, insert, update, delete on public.meetings, public.meeting_participants, public.meeting_invitations,
  public.meeting_recordings to service_role;

revoke execute on function private.add_host(), private.accept_invitation() from public, anon, authenticated;
grant execute on function private.add_host(), private.accept_invitation() to service_role;

alter publication supabase_realtime add table public.meetings, public.meeting_participants, public.meeting_invitations,
  public.meeting_recordings;

-- Schemas, extensions and people.
--
-- public   what people read and write as themselves, through row level security
-- private  functions that policies and triggers call; it is not served, so definer functions are safe only here
-- parley   what only the service may touch: codes, commands, service functions
--
-- Hosted projects give new tables no grants and Supabase Lite gives all of them at its first request, so every grant is
-- written out and nothing relies on a missing one: what protects a table is its row level security.

create schema if not exists extensions;
create schema if not exists private;
create schema if not exists parley;

create extension if not exists pg_trgm with schema extensions;
create extension if not exists btree_gin with schema extensions;

-- PUBLIC may execute every new function unless this form (without "in schema") says otherwise.
alter default privileges revoke execute on functions from public;

revoke all on schema private, parley from public;
grant usage on schema public to anon, authenticated, service_role;
grant usage on schema extensions to authenticated, service_role;
-- Policies run as the person who asks, so that person needs the functions they call.
grant usage on schema private to authenticated, service_role;
grant usage on schema parley to service_role;

-- Invoker functions call auth.uid(). Hosted projects grant this already, and only their auth admin could.
do $$
begin
  if has_schema_privilege(current_user, 'auth', 'usage with grant option') then
    grant usage on schema auth to anon, authenticated, service_role;
  end if;
end
$$;

-- Some clients deliver JSON encoded twice: an object or array inside a JSON string.
create function private.unwrap_json(value jsonb) returns jsonb
language plpgsql immutable
set search_path = ''
as $$
begin
  if jsonb_typeof(value) = 'string' and (value #>> '{}') ~ '^\s*[\[{]' then
    return (value #>> '{}')::jsonb;
  end if;
  return value;
exception
  when invalid_text_representation or untranslatable_character then
    return value;
end
$$;

-- These two name no search_path: a body of this form is bound to what it calls when it is made, and a function with a
-- setting of its own never becomes part of a query but is called for each value (a list of 200 rooms: 15.5 ms, not 12.4).

-- Exact for every time JavaScript has: a float of seconds would lose milliseconds in far years.
create function private.from_ms(ms bigint) returns timestamptz
language sql immutable
return (timestamp 'epoch' + make_interval(days => (ms / 86400000)::int) + (ms % 86400000)::int * interval '1 millisecond')
  at time zone 'UTC';

-- Whatever comes after the last time that JavaScript has is that time: Postgres counts on for 18,000 years, and 'infinity'
-- would be no number.
create function private.to_ms(moment timestamptz) returns bigint
language sql stable
return case
  when isfinite(moment) then least(floor(extract(epoch from moment) * 1000)::bigint, 8640000000000000)
  when moment > '-infinity' then 8640000000000000
  when moment = '-infinity' then -8640000000000000
end;

create function private.touch() returns trigger
language plpgsql
set search_path = ''
as $$
begin
  new.updated_at := now();
  return new;
end
$$;

create table public.user_profiles (
  id uuid primary key references auth.users (id) on delete cascade,
  username text
    constraint user_profiles_username_key unique
    constraint user_profiles_username_check check (username ~ '^[a-z0-9_.]{3,32}$'),
  display_name text not null
    constraint user_profiles_display_name_check check (char_length(display_name) between 1 and 64),
  about text not null default ''
    constraint user_profiles_about_check check (char_length(about) <= 280),
  -- Only a path of one's own, so that nobody shows another person's upload.
  avatar_path text
    constraint user_profiles_avatar_path_check check (starts_with(avatar_path, id::text || '/')),
  locale text not null default 'en'
    constraint user_profiles_locale_check check (char_length(locale) between 2 and 35),
  privacy_last_seen text not null default 'contacts'
    constraint user_profiles_privacy_last_seen_check check (privacy_last_seen in ('everyone', 'contacts', 'nobody')),
  privacy_profile_photo text not null default 'everyone'
    constraint user_profiles_privacy_profile_photo_check check (privacy_profile_photo in ('everyone', 'contacts', 'nobody')),
  privacy_about text not null default 'everyone'
    constraint user_profiles_privacy_about_check check (privacy_about in ('everyone', 'contacts', 'nobody')),
  privacy_group_add text not null default 'everyone'
    constraint user_profiles_privacy_group_add_check check (privacy_group_add in ('everyone', 'contacts', 'nobody')),
  read_receipts boolean not null default true,
  blocked_user_ids uuid[] not null default '{}'
    constraint user_profiles_blocked_check
      check (cardinality(blocked_user_ids) <= 1000 and array_position(blocked_user_ids, null) is null),
  -- quietHours: {from, to, timeZone, days}; previews. What other clients keep beside them is theirs.
  notification_preferences jsonb not null default '{}'
    constraint user_profiles_notification_preferences_check check (
      jsonb_typeof(notification_preferences) = 'object'
      and coalesce(notification_preferences -> 'previews', 'true') in ('true', 'false')
      and (
        coalesce(notification_preferences -> 'quietHours', 'null') = 'null'
        or notification_preferences @? '$.quietHours ? (
          @.from >= 0 && @.from <= 1439 && @.to >= 0 && @.to <= 1439 && @.timeZone.type() == "string"
          && @.days.type() == "array" && !exists (@.days[*] ? (@.type() != "number" || @ < 0 || @ > 6)))'
      )),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);

alter table public.user_profiles enable row level security;

create index user_profiles_display_name_trgm_idx on public.user_profiles
  using gin (display_name extensions.gin_trgm_ops);

create trigger user_profiles_touch before update on public.user_profiles
  for each row execute function private.touch();

revoke all on public.user_profiles from anon;
grant select, insert, update, delete on public.user_profiles to authenticated, service_role;

-- Others see a person through get_user_cards, which masks what the person hides: a policy cannot hide a column.
create policy "People read their own profile" on public.user_profiles
  for select to authenticated using (id = (select auth.uid()));
create policy "People make their own profile" on public.user_profiles
  for insert to authenticated with check (id = (select auth.uid()));
create policy "People change their own profile" on public.user_profiles
  for update to authenticated using (id = (select auth.uid())) with check (id = (select auth.uid()));
-- The policy for delete rests on room_participants and stands with the others of the messaging tables.

-- The name a person signed up with, whatever shape the metadata has; else the part of the address before @.
create function private.sign_up_name(metadata jsonb, email text) returns text
language plpgsql immutable
set search_path = ''
as $$
declare
  unwrapped jsonb := private.unwrap_json(metadata);
  name text;
begin
  if jsonb_typeof(unwrapped) = 'object' and jsonb_typeof(unwrapped -> 'display_name') = 'string' then
    name := unwrapped ->> 'display_name';
  end if;
  name := left(btrim(regexp_replace(coalesce(name, ''), '[[:cntrl:][:space:]]+', ' ', 'g')), 64);
  if name = '' then
    name := left(btrim(split_part(coalesce(email, ''), '@', 1)), 64);
  end if;
  return coalesce(nullif(name, ''), 'Someone');
end
$$;

-- A trigger that fails here is "Database error saving new user", so nothing in the metadata may make it fail.
-- to_jsonb(new): Lite keeps the metadata in a column of another type than hosted Supabase does.
create function private.create_profile() returns trigger
language plpgsql security definer
set search_path = ''
as $$
begin
  insert into public.user_profiles (id, display_name)
  values (new.id, private.sign_up_name(to_jsonb(new) -> 'raw_user_meta_data', new.email))
  on conflict (id) do nothing;
  return new;
end
$$;

create trigger on_auth_user_created after insert on auth.users
  for each row execute function private.create_profile();

-- People who signed up before this migration.
insert into public.user_profiles (id, display_name)
select u.id, private.sign_up_name(to_jsonb(u) -> 'raw_user_meta_data', u.email)
from auth.users u
on conflict (id) do nothing;

revoke execute on all functions in schema private from public, anon, authenticated;
grant execute on all functions in schema private to service_role;

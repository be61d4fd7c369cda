-- The ways into a meeting: links, with a passcode if hosts like, and invitations of people and of e-mail addresses. For
-- service_role alone: whoever calls has proved who asks.

-- Links into a meeting. Of code and passcode only hashes; the passcode as PBKDF2 with SHA-256 makes it.
create table parley.meeting_links (
  id uuid primary key default gen_random_uuid(),
  code_hash text not null
    constraint meeting_links_code_hash_key unique
    constraint meeting_links_code_hash_check check (code_hash ~ '^[0-9a-f]{64}$'),
  meeting_id uuid not null references public.meetings (id) on delete cascade,
  created_by uuid references public.user_profiles (id) on delete set null,
  -- The link in the mail to an address that was invited; it ends with the invitation.
  invitation_id uuid references public.meeting_invitations (id) on delete cascade,
  entry text not null default 'anyone'
    constraint meeting_links_entry_check check (entry in ('members', 'signed_in', 'anyone')),
  salt text,
  iterations int
    constraint meeting_links_iterations_check check (iterations >= 100000),
  hash text
    constraint meeting_links_hash_check check (hash ~ '^[0-9a-f]{64}$'),
  uses int not null default 0,
  created_at timestamptz not null default now(),
  expires_at timestamptz,
  revoked_at timestamptz,
  constraint meeting_links_passcode_check check (num_nulls(salt, iterations, hash) in (0, 3))
);
alter table parley.meeting_links enable row level security;
revoke all on parley.meeting_links from anon, authenticated;
grant select, insert, update, delete on parley.meeting_links to service_role;
create index meeting_links_meeting_idx on parley.meeting_links (meeting_id, created_at desc);
create index meeting_links_created_by_idx on parley.meeting_links (created_by);
create index meeting_links_invitation_idx on parley.meeting_links (invitation_id);

-- Wrong guesses at a link's passcode, of a person or of an address: who comes without an account has nothing else.
create table parley.meeting_guesses (
  link_id uuid not null references parley.meeting_links (id) on delete cascade,
  guesser text not null,
  failed int not null default 0
    constraint meeting_guesses_failed_check check (failed >= 0),
  last_at timestamptz not null default now(),
  blocked_until timestamptz,
  primary key (link_id, guesser)
);
alter table parley.meeting_guesses enable row level security;
revoke all on parley.meeting_guesses from anon, authenticated;
grant select, insert, update, delete on parley.meeting_guesses to service_role;

-- Tentative is an answer, too.
alter table public.meeting_invitations drop constraint meeting_invitations_status_check;
alter table public.meeting_invitations add constraint meeting_invitations_status_check
  check (status in ('pending', 'accepted', 'declined', 'tentative', 'cancelled', 'expired'));

-- Why a link of a meeting opens nothing any more (revoked, expired), or null.
create function private.meeting_link_obstacle(link parley.meeting_links) returns text
language sql stable
set search_path = ''
as $$
  select case
    when link.revoked_at is not null then 'revoked'
    when link.invitation_id is not null and exists (
      select from public.meeting_invitations i
      where i.id = link.invitation_id and i.status in ('cancelled', 'expired')) then 'revoked'
    when link.expires_at <= now() then 'expired'
  end;
$$;

-- Who comes to a meeting: p_person (null: nobody with an account), and by which link (p_code_hash, null: by none). Without
-- p_meeting the link says which. Answers {facts, right, link}: facts is null where there is no such meeting; right is host,
-- cohost, member, invited, stranger (by a link that lets them) or none; link is null or {id, entry, passcode, over, by,
-- invitation}, with over revoked, expired or null, and invitation null or what was answered to the mail that brought it. To
-- whom the room has banned nothing is there.
create function parley.meeting_entry(p_meeting uuid, p_person uuid default null, p_code_hash text default null) returns jsonb
language plpgsql stable
set search_path = ''
as $$
declare
  link parley.meeting_links;
  facts jsonb;
  own text;
  may text;
begin
  if p_code_hash is not null then
    select * into link from parley.meeting_links l
    where l.code_hash = p_code_hash and (p_meeting is null or l.meeting_id = p_meeting);
  end if;
  facts := private.meeting_facts(coalesce(p_meeting, link.meeting_id));
  if facts is null or exists (
    select from public.room_participants p
    where p.room_id = (facts ->> 'room')::uuid and p.user_id = p_person and p.banned_until > now())
  then
    return jsonb_build_object('facts', null, 'right', 'none', 'link', null);
  end if;
  own := private.meeting_right((facts ->> 'id')::uuid, p_person);
  may := case
    when own is not null then own
    when link.id is null or private.meeting_link_obstacle(link) is not null or link.entry = 'members' then 'none'
    when link.entry = 'signed_in' and p_person is null then 'none'
    else 'stranger'
  end;
  return jsonb_build_object('facts', facts, 'right', may, 'link', case when link.id is not null then jsonb_build_object(
    'id', link.id, 'entry', link.entry, 'passcode', link.hash is not null, 'over', private.meeting_link_obstacle(link),
    'by', (select u.display_name from public.user_profiles u where u.id = link.created_by),
    'invitation', (
      select i.status from public.meeting_invitations i
      where i.id = link.invitation_id and i.status in ('pending', 'accepted', 'declined', 'tentative'))) end);
end
$$;

-- What addresses have yet to be told, one row for each: what is newer takes the place of what they have not heard. Written in
-- the step of what it tells of, so that it is told whatever dies after it, and gone once it was.
create table parley.meeting_mails (
  invitation_id uuid primary key references public.meeting_invitations (id) on delete cascade,
  -- Another one with each news: what was sent under the one before is not this.
  id uuid not null default gen_random_uuid(),
  news text not null
    constraint meeting_mails_news_check check (news in ('invited', 'changed', 'cancelled', 'withdrawn')),
  -- Where the links in it lead.
  origin text not null,
  tries int not null default 0,
  due_at timestamptz not null default now()
);
alter table parley.meeting_mails enable row level security;
revoke all on parley.meeting_mails from anon, authenticated;
grant select, insert, update, delete on parley.meeting_mails to service_role;
create index meeting_mails_due_idx on parley.meeting_mails (due_at);

-- The addresses that a meeting invites (p_only: these of them) are to be told of it by mail; p_origin null: nobody is. Called before
-- what they are told of is written.
create function private.owe_mails(p_meeting uuid, p_news text, p_origin text, p_only uuid[] default null) returns void
language sql volatile
set search_path = ''
as $$
  insert into parley.meeting_mails as l (invitation_id, news, origin)
  select i.id, p_news, p_origin
  from public.meeting_invitations i
  join public.meetings m on m.id = i.meeting_id
  where i.meeting_id = p_meeting and i.invitee_email is not null and m.status in ('scheduled', 'live')
    and i.status not in ('cancelled', 'expired', 'declined') and (p_only is null or i.id = any (p_only))
    and p_origin is not null
  on conflict (invitation_id) do update
  set id = excluded.id, origin = excluded.origin, tries = 0, due_at = now(),
      -- Who has not heard that they are invited hears it with the new time.
      news = case when l.news = 'invited' and excluded.news = 'changed' then 'invited' else excluded.news end;
$$;

-- Mails that are due, the longest waiting first (of p_meeting alone, where it is said), for whoever asks to send within a minute:
-- after that, and then ever more seldom for most of a day, they are due again. [{id, news, origin, invitation, email, by,
-- message, meeting: {id, title, description, host, startsAt, plan, sequence, changedAt}}].
create function parley.take_meeting_mails(p_limit int, p_meeting uuid default null) returns jsonb
language plpgsql volatile
set search_path = ''
as $$
declare
  taken jsonb;
begin
  delete from parley.meeting_mails l
  using public.meeting_invitations i, public.meetings m
  where l.due_at <= now() and i.id = l.invitation_id and m.id = i.meeting_id and (l.tries >= 12 or m.status = 'ended');
  with due as (
    select l.invitation_id from parley.meeting_mails l
    join public.meeting_invitations i on i.id = l.invitation_id
    where l.due_at <= now() and (p_meeting is null or i.meeting_id = p_meeting)
    order by l.due_at, l.invitation_id
    limit p_limit
    for update of l skip locked
  ), mine as (
    update parley.meeting_mails l
    set tries = l.tries + 1, due_at = now() + least(power(2, l.tries) * interval '1 minute', interval '4 hours')
    from due where l.invitation_id = due.invitation_id
    returning l.*
  )
  select coalesce(jsonb_agg(jsonb_build_object(
    'id', l.id, 'news', l.news, 'origin', l.origin, 'invitation', i.id, 'email', i.invitee_email, 'by', u.display_name,
    'message', i.message, 'meeting', jsonb_build_object(
      'id', m.id, 'title', m.title, 'description', m.description, 'host', h.display_name,
      'startsAt', private.to_ms(m.scheduled_for), 'plan', private.plan_of(p), 'sequence', coalesce(p.sequence, 0),
      'changedAt', private.to_ms(m.updated_at)))), '[]')
  into taken
  from mine l
  join public.meeting_invitations i on i.id = l.invitation_id
  join public.user_profiles u on u.id = i.inviter_id
  join public.meetings m on m.id = i.meeting_id
  join public.user_profiles h on h.id = m.host_id
  left join parley.meeting_plans p on p.meeting_id = m.id;
  return taken;
end
$$;

-- These were sent. What has taken the place of one meanwhile is still to be.
create function parley.meeting_mails_sent(p_ids uuid[]) returns void
language sql volatile
set search_path = ''
as $$
  delete from parley.meeting_mails l where l.id = any (p_ids);
$$;

-- How long the ways into a meeting are kept, for sweep_ephemeral: links a month after their end, guesses a day.
create function private.sweep_meetings(p_batch int) returns jsonb
language plpgsql volatile
set search_path = ''
as $$
declare
  links int;
  guesses int;
begin
  delete from parley.meeting_links l
  where l.id in (
    select o.id from parley.meeting_links o
    where least(o.expires_at, o.revoked_at) < now() - interval '30 days' limit p_batch);
  get diagnostics links = row_count;
  delete from parley.meeting_guesses g
  where (g.link_id, g.guesser) in (
    select o.link_id, o.guesser from parley.meeting_guesses o
    where o.last_at < now() - interval '1 day' limit p_batch for update skip locked);
  get diagnostics guesses = row_count;
  return jsonb_build_object('meetingLinks', links, 'meetingGuesses', guesses);
end
$$;

-- Links of one meeting that open something: limits.meetingLinks.
create function private.most_meeting_links() returns int language sql immutable set search_path = '' return 20;

-- Makes a link, once for a command, which is its id. p_passcode: {salt, iterations, hash}, or null. Answers {outcome}:
-- created {linkId, expiresAt}, too_many, forbidden, unknown.
create function parley.create_meeting_link(
  p_command uuid, p_meeting uuid, p_by uuid, p_code_hash text, p_entry text, p_expires_at_ms bigint default null,
  p_passcode jsonb default null)
returns jsonb
language plpgsql volatile
set search_path = ''
as $$
declare
  passcode jsonb := nullif(private.unwrap_json(p_passcode), 'null');
  refused jsonb := private.not_theirs(p_meeting, p_by);
  link parley.meeting_links;
begin
  if refused is not null then
    return refused;
  end if;
  -- Held, so that two links at once do not both take the last place.
  perform from public.meetings m where m.id = p_meeting for no key update;
  select * into link from parley.meeting_links l
  where l.id = p_command and l.meeting_id = p_meeting and l.code_hash = p_code_hash;
  if not found then
    if private.most_meeting_links() <= (
      select count(*) from parley.meeting_links l
      where l.meeting_id = p_meeting and l.invitation_id is null and private.meeting_link_obstacle(l) is null)
    then
      return jsonb_build_object('outcome', 'too_many');
    end if;
    insert into parley.meeting_links (id, code_hash, meeting_id, created_by, entry, salt, iterations, hash, expires_at)
    values (
      p_command, p_code_hash, p_meeting, p_by, p_entry, passcode ->> 'salt', (passcode ->> 'iterations')::int,
      passcode ->> 'hash', private.from_ms(p_expires_at_ms))
    returning * into link;
  end if;
  return jsonb_build_object('outcome', 'created', 'linkId', link.id, 'expiresAt', private.to_ms(link.expires_at));
end
$$;

-- The links of a meeting that hosts made, the newest first. Answers {outcome}: listed {items}, forbidden, unknown.
create function parley.meeting_links_of(p_meeting uuid, p_by uuid) returns jsonb
language sql stable
set search_path = ''
as $$
  select coalesce(private.not_theirs(p_meeting, p_by), jsonb_build_object('outcome', 'listed', 'items', (
    select coalesce(jsonb_agg(jsonb_build_object(
      'id', l.id, 'entry', l.entry, 'passcode', l.hash is not null, 'createdAt', private.to_ms(l.created_at),
      'expiresAt', private.to_ms(l.expires_at), 'uses', l.uses, 'over', private.meeting_link_obstacle(l))
      order by l.created_at desc, l.id), '[]')
    from parley.meeting_links l
    where l.meeting_id = p_meeting and l.invitation_id is null
      -- A month after its end nobody asks why one does not work.
      and coalesce(least(l.expires_at, l.revoked_at), 'infinity') > now() - interval '30 days')));
$$;

-- From now on nobody comes in by it. Answers {outcome}: revoked (also for a repeat), none (no such link), forbidden, unknown.
create function parley.revoke_meeting_link(p_meeting uuid, p_by uuid, p_link_id uuid) returns jsonb
language plpgsql volatile
set search_path = ''
as $$
declare
  refused jsonb := private.not_theirs(p_meeting, p_by);
begin
  if refused is not null then
    return refused;
  end if;
  update parley.meeting_links l set revoked_at = coalesce(l.revoked_at, now())
  where l.id = p_link_id and l.meeting_id = p_meeting and l.invitation_id is null;
  return jsonb_build_object('outcome', case when found then 'revoked' else 'none' end);
end
$$;

-- What the worker needs to hash a guess: {salt, iterations}. Null: the link asks for no passcode.
create function parley.meeting_passcode_salt(p_link_id uuid) returns jsonb
language sql stable
set search_path = ''
as $$
  select jsonb_build_object('salt', l.salt, 'iterations', l.iterations)
  from parley.meeting_links l where l.id = p_link_id and l.hash is not null;
$$;

-- One guess at a link's passcode by p_guesser (a person, or what an address was hashed to), see judged_guess. Answers beside:
-- open (no passcode).
create function parley.try_meeting_passcode(p_link_id uuid, p_guesser text, p_hash text) returns jsonb
language plpgsql volatile
set search_path = ''
as $$
declare
  link parley.meeting_links;
  guess parley.meeting_guesses;
  judged record;
begin
  select * into link from parley.meeting_links l where l.id = p_link_id for key share;
  if link.hash is null then
    return jsonb_build_object('outcome', 'open');
  end if;
  -- Guesses at once come one after the other, each seeing what the last one left.
  insert into parley.meeting_guesses as g (link_id, guesser) values (p_link_id, p_guesser)
  on conflict (link_id, guesser) do update set failed = g.failed
  returning * into guess;
  judged := private.judged_guess(guess.failed, guess.last_at, guess.blocked_until, link.hash = p_hash);
  if not judged.shut then
    update parley.meeting_guesses g
    set failed = judged.failed, blocked_until = judged.blocked_until, last_at = clock_timestamp()
    where g.link_id = p_link_id and g.guesser = p_guesser;
  end if;
  return judged.answer;
end
$$;

-- Somebody has come by it, p_first: who had not before. Answers why it opened nothing any more (it may have ended since they
-- asked), or null.
create function parley.use_meeting_link(p_link_id uuid, p_first boolean) returns text
language plpgsql volatile
set search_path = ''
as $$
declare
  link parley.meeting_links;
begin
  -- Held, so that it ends before or after this.
  select * into link from parley.meeting_links l where l.id = p_link_id for no key update;
  if link.id is null then
    return 'revoked';
  end if;
  if private.meeting_link_obstacle(link) is null and p_first then
    update parley.meeting_links l set uses = l.uses + 1 where l.id = p_link_id;
  end if;
  return private.meeting_link_obstacle(link);
end
$$;

-- Invites people, and addresses: p_emails is [{id, email, codeHash}], each with the id of its invitation and the hash of the
-- code of its own link; p_origin: see owe_mails. Who is invited already is not invited again, and nobody across a block. Answers {outcome}: invited
-- {title, people, emails}, the ids of those who are only now; over, too_many, forbidden, unknown.
create function parley.invite_to_meeting(
  p_meeting uuid, p_by uuid, p_people uuid[], p_emails jsonb, p_message text, p_origin text default null)
returns jsonb
language plpgsql volatile
set search_path = ''
as $$
declare
  refused jsonb := private.not_theirs(p_meeting, p_by);
  asked jsonb := private.unwrap_json(p_emails);
  wanted int;
  people jsonb;
  emails jsonb;
begin
  if refused is not null then
    return refused;
  end if;
  -- Held, so that an address that two invite at once is invited once.
  perform from public.meetings m where m.id = p_meeting and m.status in ('scheduled', 'live') for no key update;
  if not found then
    return jsonb_build_object('outcome', 'over');
  end if;
  -- Who is invited already takes no second place.
  with standing as (
    select i.invitee_id, i.invitee_email from public.meeting_invitations i
    where i.meeting_id = p_meeting and i.status not in ('cancelled', 'expired') and i.expires_at > now()
  )
  select count(*) into wanted from (
    select s.invitee_id::text from standing s where s.invitee_id is not null
    union
    select p::text from unnest(p_people) p
    union
    select s.invitee_email from standing s where s.invitee_email is not null
    union
    select lower(e.email) from jsonb_to_recordset(asked) as e (email text)) w;
  if private.most_invitations() < wanted then
    return jsonb_build_object('outcome', 'too_many');
  end if;
  with made as (
    -- An invitation ends with its meeting.
    insert into public.meeting_invitations as i (meeting_id, inviter_id, invitee_id, message, expires_at)
    select p_meeting, p_by, u.id, p_message, 'infinity'
    from public.user_profiles u
    where u.id = any (p_people) and u.id <> p_by and not private.blocks(u.id, p_by) and not private.blocks(p_by, u.id)
    order by u.id
    on conflict (meeting_id, invitee_id) do update
    set status = 'pending', inviter_id = p_by, message = p_message, invited_at = now(), responded_at = null,
        expires_at = excluded.expires_at
    where i.status in ('cancelled', 'expired') or i.expires_at <= now()
    returning i.invitee_id
  )
  select coalesce(jsonb_agg(m.invitee_id), '[]') into people from made m;
  with fresh as (
    select distinct on (lower(e.email)) e.id, lower(e.email) as email, e."codeHash" as code_hash
    from jsonb_to_recordset(asked) as e (id uuid, email text, "codeHash" text)
    where not exists (
      select from public.meeting_invitations i
      where i.meeting_id = p_meeting and i.invitee_email = lower(e.email) and i.status not in ('cancelled', 'expired'))
    order by lower(e.email)
  ), made as (
    insert into public.meeting_invitations (id, meeting_id, inviter_id, invitee_email, message, expires_at)
    select f.id, p_meeting, p_by, f.email, p_message, 'infinity' from fresh f
    returning id
  )
  select coalesce(jsonb_agg(m.id), '[]') into emails from made m;
  insert into parley.meeting_links (code_hash, meeting_id, created_by, invitation_id, entry)
  select e."codeHash", p_meeting, p_by, e.id, 'anyone'
  from jsonb_to_recordset(asked) as e (id uuid, "codeHash" text)
  where emails ? e.id::text;
  perform private.owe_mails(p_meeting, 'invited', p_origin, array(select jsonb_array_elements_text(emails)::uuid));
  return jsonb_build_object('outcome', 'invited', 'people', people, 'emails', emails, 'title', (
    select m.title from public.meetings m where m.id = p_meeting));
end
$$;

-- Who is invited, the latest first; an address only in those of p_by, or where p_by is the meeting's host. p_after:
-- [-invitedAt, invitation], as is `next`. Null for who does not run it.
create function parley.invitations_of(p_meeting uuid, p_by uuid, p_after jsonb default null, p_limit int default 50)
returns jsonb
language sql stable
set search_path = ''
as $$
  with after as (
    select private.unwrap_json(p_after) as key
  ), listed as (
    select i.*, -private.to_ms(i.invited_at) as age from public.meeting_invitations i where i.meeting_id = p_meeting
  ), page as (
    select l.* from listed l, after a
    where a.key is null or (l.age, l.id) > ((a.key ->> 0)::bigint, (a.key ->> 1)::uuid)
    order by l.age, l.id
    limit p_limit + 1
  )
  select case when private.not_theirs(p_meeting, p_by) is null then private.page_of(coalesce(jsonb_agg(jsonb_build_object(
    'key', jsonb_build_array(g.age, g.id),
    'item', jsonb_build_object(
      'id', g.id,
      'person', case when u.id is not null then jsonb_build_object('id', u.id, 'name', u.display_name) end,
      'email', case when g.inviter_id = p_by or m.host_id = p_by then g.invitee_email end,
      'answer', case g.status when 'cancelled' then 'withdrawn' else g.status end,
      'invitedAt', private.to_ms(g.invited_at), 'answeredAt', private.to_ms(g.responded_at)))
    order by g.age, g.id), '[]'), p_limit) end
  from page g
  join public.meetings m on m.id = g.meeting_id
  left join public.user_profiles u on u.id = g.invitee_id;
$$;

-- Takes an invitation back, with its link. Answers {outcome}: withdrawn {person, email, link, title} (also for a repeat), none (no such
-- invitation), forbidden, unknown.
create function parley.withdraw_invitation(p_meeting uuid, p_by uuid, p_invitation uuid, p_origin text default null)
returns jsonb
language plpgsql volatile
set search_path = ''
as $$
declare
  refused jsonb := private.not_theirs(p_meeting, p_by);
  invitation public.meeting_invitations;
  link uuid;
begin
  if refused is not null then
    return refused;
  end if;
  perform private.owe_mails(p_meeting, 'withdrawn', p_origin, array[p_invitation]);
  update public.meeting_invitations i set status = 'cancelled' where i.id = p_invitation and i.meeting_id = p_meeting
  returning * into invitation;
  if not found then
    return jsonb_build_object('outcome', 'none');
  end if;
  update parley.meeting_links l set revoked_at = coalesce(l.revoked_at, now()) where l.invitation_id = p_invitation
  returning l.id into link;
  return jsonb_build_object(
    'outcome', 'withdrawn', 'person', invitation.invitee_id, 'email', invitation.invitee_email, 'link', link, 'title', (
      select m.title from public.meetings m where m.id = p_meeting));
end
$$;

create function private.answered_invitation(p_invitation uuid, p_answer text) returns jsonb
language plpgsql volatile
set search_path = ''
as $$
begin
  update public.meeting_invitations i set status = p_answer, responded_at = now()
  from public.meetings m
  where i.id = p_invitation and i.status in ('pending', 'accepted', 'declined', 'tentative')
    and m.id = i.meeting_id and m.status in ('scheduled', 'live');
  return jsonb_build_object('outcome', case when found then 'answered' else 'over' end);
end
$$;

-- What someone answers, as often as they like while there is something to come to. Answers {outcome}: answered, over, unknown.
create function parley.answer_invitation(p_meeting uuid, p_person uuid, p_answer text) returns jsonb
language sql volatile
set search_path = ''
as $$
  select coalesce((
    select private.answered_invitation(i.id, p_answer) from public.meeting_invitations i
    where i.meeting_id = p_meeting and i.invitee_id = p_person and i.status not in ('cancelled', 'expired')
      and private.meeting_right(p_meeting, p_person) is not null), jsonb_build_object('outcome', 'unknown'));
$$;

-- The same by the link that was mailed. A withdrawn one answers link_over {reason}.
create function parley.answer_mailed_invitation(p_code_hash text, p_answer text) returns jsonb
language sql volatile
set search_path = ''
as $$
  select coalesce((
    select case
      when private.meeting_link_obstacle(l) is not null
      then jsonb_build_object('outcome', 'link_over', 'reason', private.meeting_link_obstacle(l))
      else private.answered_invitation(l.invitation_id, p_answer) end
    from parley.meeting_links l
    where l.code_hash = p_code_hash and l.invitation_id is not null), jsonb_build_object('outcome', 'unknown'));
$$;

revoke execute on all functions in schema private from public, anon;
revoke execute on function
  private.meeting_link_obstacle(parley.meeting_links), private.most_meeting_links(),
  private.owe_mails(uuid, text, text, uuid[]), private.sweep_meetings(int), private.answered_invitation(uuid, text)
  from authenticated;
grant execute on function
  private.meeting_link_obstacle(parley.meeting_links), private.most_meeting_links(),
  private.owe_mails(uuid, text, text, uuid[]), private.sweep_meetings(int), private.answered_invitation(uuid, text)
  to service_role;
revoke execute on all functions in schema parley from public, anon, authenticated;
grant execute on all functions in schema parley to service_role;

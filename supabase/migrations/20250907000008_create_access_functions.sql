-- Who is let in: by a link, by knocking, by a passcode; and on which devices a person is signed in. For service_role alone.
--
-- Unlike the functions that the room calls after it has judged, those here that manage a room ask themselves whether
-- p_by is its owner or an admin. Locks are taken as everywhere, members, then the room, and only then a row of parley.

-- Owner or admin of a group, and not banned.
create function private.manages(p_room_id uuid, p_person uuid) returns boolean
language sql stable
set search_path = ''
as $$
  select exists (
    select from public.rooms r
    join public.room_participants p on p.room_id = r.id and p.user_id = p_person
    where r.id = p_room_id and r.type = 'group' and p.role in ('owner', 'admin') and p.left_at is null
      and (p.banned_until is null or p.banned_until <= now()));
$$;

-- Why a link opens nothing any more (revoked, expired, used_up), or null.
create function private.link_obstacle(link parley.join_links) returns text
language sql stable
set search_path = ''
as $$
  select case
    when link.revoked_at is not null then 'revoked'
    when link.expires_at <= now() then 'expired'
    when link.max_uses <= (select count(*) from parley.link_uses u where u.code_hash = link.code_hash) then 'used_up'
  end;
$$;

-- p_max_uses: how many people may come in by it; null for as many as the room holds. p_expires_at_ms: null for never.
-- Idempotent by p_command, which becomes the link's id: a repeat, which brings the same code, finds the link that is there.
-- Answers {outcome: 'created', linkId, expiresAt}, forbidden, or too_many.
create function parley.create_join_link(
  p_command uuid, p_room_id uuid, p_person uuid, p_code_hash text, p_expires_at_ms bigint, p_max_uses int default null)
returns jsonb
language plpgsql volatile
set search_path = ''
as $$
declare
  link parley.join_links;
begin
  if not private.manages(p_room_id, p_person) then
    return jsonb_build_object('outcome', 'forbidden');
  end if;
  -- Held, so that two links at once do not both take the last place.
  perform private.lock_room(p_room_id, '{}');
  select * into link from parley.join_links l
  where l.id = p_command and l.room_id = p_room_id and l.code_hash = p_code_hash;
  if not found then
    if private.most_links() <= (
      select count(*) from parley.join_links l where l.room_id = p_room_id and private.link_obstacle(l) is null)
    then
      return jsonb_build_object('outcome', 'too_many');
    end if;
    insert into parley.join_links (id, code_hash, room_id, created_by, expires_at, max_uses)
    values (p_command, p_code_hash, p_room_id, p_person, private.from_ms(p_expires_at_ms), p_max_uses)
    returning * into link;
    perform private.record('link_created', p_person, p_room_id, null, jsonb_build_object('linkId', link.id));
  end if;
  return jsonb_build_object('outcome', 'created', 'linkId', link.id, 'expiresAt', private.to_ms(link.expires_at));
end
$$;

-- From now on nobody comes in by it; whoever did stays. Answers {outcome}: revoked (also for a repeat), unknown, forbidden.
create function parley.revoke_join_link(p_room_id uuid, p_by uuid, p_link_id uuid) returns jsonb
language plpgsql volatile
set search_path = ''
as $$
begin
  if not private.manages(p_room_id, p_by) then
    return jsonb_build_object('outcome', 'forbidden');
  end if;
  update parley.join_links l set revoked_at = now()
  where l.id = p_link_id and l.room_id = p_room_id and l.revoked_at is null;
  if found then
    perform private.record('link_revoked', p_by, p_room_id, null, jsonb_build_object('linkId', p_link_id));
  elsif not exists (select from parley.join_links l where l.id = p_link_id and l.room_id = p_room_id) then
    return jsonb_build_object('outcome', 'unknown');
  end if;
  return jsonb_build_object('outcome', 'revoked');
end
$$;

-- The newest 100 links of a room with how many came in by each. Answers {outcome: 'links', links}, or forbidden; `over`
-- is why a link opens nothing any more, or null.
create function parley.join_links_of(p_room_id uuid, p_by uuid) returns jsonb
language sql stable
set search_path = ''
as $$
  select case when not private.manages(p_room_id, p_by) then jsonb_build_object('outcome', 'forbidden') else
    jsonb_build_object('outcome', 'links', 'links', (
      select coalesce(jsonb_agg(jsonb_build_object(
        'linkId', l.id, 'createdBy', l.created_by, 'createdAt', private.to_ms(l.created_at),
        'expiresAt', private.to_ms(l.expires_at), 'maxUses', l.max_uses,
        'uses', (select count(*) from parley.link_uses u where u.code_hash = l.code_hash),
        'over', private.link_obstacle(l)) order by l.created_at desc, l.id), '[]')
      from (
        select * from parley.join_links o where o.room_id = p_room_id order by o.created_at desc, o.id limit 100) l))
  end;
$$;

-- What a link shows before anyone joins: nothing of the room's content. A banned person's link is unknown, so that the
-- ban does not tell them what goes on. `passcode` says that the room asks for one.
create function parley.link_preview(p_code_hash text, p_person uuid default null) returns jsonb
language sql stable
set search_path = ''
as $$
  select coalesce((
    select case
      when p.banned_until > now() then jsonb_build_object('outcome', 'unknown')
      when private.link_obstacle(l) is not null then
        jsonb_build_object('outcome', 'over', 'reason', private.link_obstacle(l))
      else jsonb_build_object(
        'outcome', 'open', 'roomId', r.id, 'roomName', r.name, 'memberCount', r.member_count,
        'invitedBy', u.display_name, 'member', p.user_id is not null and p.left_at is null,
        'passcode', exists (select from parley.passcodes c where c.room_id = r.id))
    end
    from parley.join_links l
    join public.rooms r on r.id = l.room_id
    left join public.user_profiles u on u.id = l.created_by
    left join public.room_participants p on p.room_id = r.id and p.user_id = p_person
    where l.code_hash = p_code_hash
  ), jsonb_build_object('outcome', 'unknown'));
$$;

-- Lets a person in by a link, with both marks at the room's head. The same command answers the same again; a refusal
-- changed nothing and is not kept, so asking again asks anew. Refusals: unknown, over {reason}, passcode (to be tried
-- first, see try_passcode), full.
create function parley.join_room(p_command uuid, p_code_hash text, p_person uuid, p_head bigint) returns jsonb
language plpgsql volatile
set search_path = ''
as $$
declare
  link parley.join_links;
  membership public.room_participants;
  reply jsonb;
  refused_by text;
begin
  select c.answer into reply from parley.member_commands c where c.id = p_command;
  if reply is not null then
    return reply;
  end if;

  select * into link from parley.join_links l where l.code_hash = p_code_hash;
  if not found or not exists (select from public.user_profiles u where u.id = p_person) then
    return jsonb_build_object('outcome', 'unknown');
  end if;

  -- Waits here while the same command runs elsewhere.
  insert into parley.member_commands (id, room_id) values (p_command, link.room_id) on conflict do nothing;
  if not found then
    select c.answer into reply from parley.member_commands c where c.id = p_command;
    return reply;
  end if;

  perform private.lock_room(link.room_id, array[p_person]);
  -- Read again, and held: two people at once must not both be the last whom it lets in, and nobody comes in by a link
  -- that was revoked before.
  select * into link from parley.join_links l where l.code_hash = p_code_hash for no key update;
  if not found then
    delete from parley.member_commands c where c.id = p_command;
    return jsonb_build_object('outcome', 'unknown');
  end if;
  select * into membership from public.room_participants p where p.room_id = link.room_id and p.user_id = p_person;
  if found and membership.banned_until > now() then
    reply := jsonb_build_object('outcome', 'unknown');
  elsif found and membership.left_at is null then
    reply := jsonb_build_object('outcome', 'already');
  elsif private.link_obstacle(link) is not null then
    reply := jsonb_build_object('outcome', 'over', 'reason', private.link_obstacle(link));
  elsif exists (select from parley.passcodes c where c.room_id = link.room_id) and not exists (
    select from parley.passcode_attempts a
    where a.room_id = link.room_id and a.person = p_person and a.passed_until > now())
  then
    reply := jsonb_build_object('outcome', 'passcode');
  else
    begin
      insert into public.room_participants as p (room_id, user_id, last_delivered_seq, last_read_seq)
      values (link.room_id, p_person, p_head, p_head)
      on conflict (room_id, user_id) do update
      -- Whoever comes back is a member like any other, and starts at the head; marks never go back.
      set left_at = null, role = 'member', joined_at = now(), unread_from_seq = null,
          last_delivered_seq = greatest(p.last_delivered_seq, excluded.last_delivered_seq),
          last_read_seq = greatest(p.last_read_seq, excluded.last_read_seq);
      insert into parley.link_uses (code_hash, person) values (p_code_hash, p_person) on conflict do nothing;
      update parley.join_requests q set state = 'accepted', decided_at = now()
      where q.room_id = link.room_id and q.person = p_person and q.state = 'waiting';
      perform private.record('joined_by_link', p_person, link.room_id, p_person, jsonb_build_object('linkId', link.id));
      reply := jsonb_build_object('outcome', 'joined');
    exception
      when check_violation then
        get stacked diagnostics refused_by = constraint_name;
        if refused_by <> 'rooms_member_count_check' then
          raise;
        end if;
        reply := jsonb_build_object('outcome', 'full');
    end;
  end if;

  if reply ->> 'outcome' not in ('joined', 'already') then
    delete from parley.member_commands c where c.id = p_command;
    return reply;
  end if;
  reply := reply || jsonb_build_object(
    'roomId', link.room_id,
    'membersVersion', (select r.members_version from public.rooms r where r.id = link.room_id),
    'member', parley.member(link.room_id, p_person));
  update parley.member_commands c set answer = reply where c.id = p_command;
  return reply;
end
$$;

-- Someone whose knock was declined may knock again after this long: time to think, and no siege.
create function private.knocks_again_after() returns interval
language sql immutable
set search_path = ''
return interval '7 days';

-- Someone knocks at a group: at one that is public, or at one that a link led them to, even if that is over. One knock
-- per person and room; nobody waits at more than 20 doors at once. Answers {outcome}: waiting {askedAt} (also for a
-- repeat), already, declined {askAgainAt}, too_many, or unknown, which does not tell a room that is private, gone or
-- direct from one that banned them.
create function parley.ask_to_join(p_room_id uuid, p_person uuid, p_note text default '', p_code_hash text default null)
returns jsonb
language plpgsql volatile
set search_path = ''
as $$
declare
  membership public.room_participants;
  request parley.join_requests;
begin
  -- Held, so that two knocks at once do not both see the 20th place free.
  perform from public.user_profiles u where u.id = p_person for no key update;
  if not found or not exists (
    select from public.rooms r
    where r.id = p_room_id and r.type = 'group' and (r.visibility = 'public' or exists (
      select from parley.join_links l
      where l.room_id = r.id and l.code_hash = p_code_hash and l.revoked_at is null)))
  then
    return jsonb_build_object('outcome', 'unknown');
  end if;
  select * into membership from public.room_participants p where p.room_id = p_room_id and p.user_id = p_person;
  if found and membership.banned_until > now() then
    return jsonb_build_object('outcome', 'unknown');
  elsif found and membership.left_at is null then
    return jsonb_build_object('outcome', 'already');
  end if;

  select * into request from parley.join_requests q where q.room_id = p_room_id and q.person = p_person for update;
  if found and request.state = 'declined' and request.decided_at + private.knocks_again_after() > now() then
    return jsonb_build_object(
      'outcome', 'declined', 'askAgainAt', private.to_ms(request.decided_at + private.knocks_again_after()));
  elsif not found or request.state <> 'waiting' then
    if 20 <= (select count(*) from parley.join_requests q where q.person = p_person and q.state = 'waiting') then
      return jsonb_build_object('outcome', 'too_many');
    end if;
    insert into parley.join_requests (room_id, person, note) values (p_room_id, p_person, p_note)
    on conflict (room_id, person) do update
    set state = 'waiting', note = excluded.note, asked_at = now(), decided_at = null, decided_by = null
    returning * into request;
  end if;
  return jsonb_build_object('outcome', 'waiting', 'askedAt', private.to_ms(request.asked_at));
end
$$;

-- Whoever waits takes the knock back. Answers {outcome}: withdrawn, or none when nothing waits. What was declined stays so.
create function parley.withdraw_join_request(p_room_id uuid, p_person uuid) returns jsonb
language plpgsql volatile
set search_path = ''
as $$
begin
  delete from parley.join_requests q where q.room_id = p_room_id and q.person = p_person and q.state = 'waiting';
  return jsonb_build_object('outcome', case when found then 'withdrawn' else 'none' end);
end
$$;

-- Who waits at a room, the longest first, 100 at a time; the next page begins after the last one's askedAt and person.
-- Answers {outcome: 'requests', requests}, or forbidden.
create function parley.join_requests_of(
  p_room_id uuid, p_by uuid, p_after_ms bigint default null, p_after_person uuid default null)
returns jsonb
language sql stable
set search_path = ''
as $$
  select case when not private.manages(p_room_id, p_by) then jsonb_build_object('outcome', 'forbidden') else
    jsonb_build_object('outcome', 'requests', 'requests', (
      select coalesce(jsonb_agg(jsonb_build_object(
        'person', w.person, 'name', w.display_name, 'note', w.note, 'askedAt', w.asked) order by w.asked, w.person), '[]')
      from (
        select q.person, u.display_name, q.note, private.to_ms(q.asked_at) as asked
        from parley.join_requests q
        join public.user_profiles u on u.id = q.person
        where q.room_id = p_room_id and q.state = 'waiting'
          and (p_after_ms is null or (private.to_ms(q.asked_at), q.person) > (p_after_ms, p_after_person))
          -- Who came in another way or was banned since waits for nothing.
          and not exists (
            select from public.room_participants p
            where p.room_id = q.room_id and p.user_id = q.person and (p.left_at is null or p.banned_until > now()))
        order by asked, q.person
        limit 100) w))
  end;
$$;

-- Lets in who waits, through change_members: its answer, and its idempotency by p_command. Beside its outcomes: none
-- (nobody waits, or not any more), forbidden.
create function parley.approve_join_request(
  p_command uuid, p_room_id uuid, p_by uuid, p_person uuid, p_head bigint default null)
returns jsonb
language plpgsql volatile
set search_path = ''
as $$
declare
  reply jsonb;
begin
  perform private.lock_room(p_room_id, array[p_person]);
  -- With the room locked a repeat finds what the first one answered, and a withdrawal waits for the decision.
  select c.answer into reply from parley.member_commands c where c.id = p_command and c.room_id = p_room_id;
  if reply is not null then
    return reply;
  end if;
  if not private.manages(p_room_id, p_by) then
    return jsonb_build_object('outcome', 'forbidden');
  end if;
  perform from parley.join_requests q
  where q.room_id = p_room_id and q.person = p_person and q.state = 'waiting'
  for update;
  if not found then
    return jsonb_build_object('outcome', 'none');
  end if;
  return parley.change_members(
    p_command, p_room_id, p_by, jsonb_build_array(jsonb_build_object('kind', 'add', 'person', p_person)), p_head);
end
$$;

-- Answers {outcome}: declined {askAgainAt} (also for a repeat), none, forbidden.
create function parley.decline_join_request(p_room_id uuid, p_by uuid, p_person uuid) returns jsonb
language plpgsql volatile
set search_path = ''
as $$
declare
  request parley.join_requests;
begin
  if not private.manages(p_room_id, p_by) then
    return jsonb_build_object('outcome', 'forbidden');
  end if;
  update parley.join_requests q set state = 'declined', decided_by = p_by, decided_at = now()
  where q.room_id = p_room_id and q.person = p_person and q.state = 'waiting';
  if found then
    perform private.record('join_declined', p_by, p_room_id, p_person);
  end if;
  select * into request from parley.join_requests q
  where q.room_id = p_room_id and q.person = p_person and q.state = 'declined';
  if not found then
    return jsonb_build_object('outcome', 'none');
  end if;
  return jsonb_build_object(
    'outcome', 'declined', 'askAgainAt', private.to_ms(request.decided_at + private.knocks_again_after()));
end
$$;

-- Gives a group a passcode, as PBKDF2 with SHA-256 makes it of the word (hex, 32 bytes), or another one. Who is a member
-- stays; who passed the old one is asked again. Answers {outcome}: set, forbidden.
create function parley.set_passcode(p_room_id uuid, p_by uuid, p_salt text, p_iterations int, p_hash text) returns jsonb
language plpgsql volatile
set search_path = ''
as $$
begin
  if not private.manages(p_room_id, p_by) then
    return jsonb_build_object('outcome', 'forbidden');
  end if;
  insert into parley.passcodes as c (room_id, salt, iterations, hash, set_by)
  values (p_room_id, p_salt, p_iterations, p_hash, p_by)
  on conflict (room_id) do update
  set salt = excluded.salt, iterations = excluded.iterations, hash = excluded.hash, set_by = excluded.set_by, set_at = now();
  -- A block stays: another word is no reason to let someone go on guessing.
  update parley.passcode_attempts a set passed_until = null where a.room_id = p_room_id and a.passed_until is not null;
  perform private.record('passcode_set', p_by, p_room_id);
  return jsonb_build_object('outcome', 'set');
end
$$;

-- Answers {outcome}: cleared (also for a repeat), forbidden.
create function parley.clear_passcode(p_room_id uuid, p_by uuid) returns jsonb
language plpgsql volatile
set search_path = ''
as $$
begin
  if not private.manages(p_room_id, p_by) then
    return jsonb_build_object('outcome', 'forbidden');
  end if;
  delete from parley.passcodes c where c.room_id = p_room_id;
  if found then
    update parley.passcode_attempts a set passed_until = null where a.room_id = p_room_id and a.passed_until is not null;
    perform private.record('passcode_cleared', p_by, p_room_id);
  end if;
  return jsonb_build_object('outcome', 'cleared');
end
$$;

-- What the worker needs to hash a guess: {salt, iterations}. Null: the room asks for no passcode.
create function parley.passcode_salt(p_room_id uuid) returns jsonb
language sql stable
set search_path = ''
as $$
  select jsonb_build_object('salt', c.salt, 'iterations', c.iterations) from parley.passcodes c where c.room_id = p_room_id;
$$;

-- What becomes of one guess at a passcode, after the p_failed wrong ones that stand against whoever guesses, the last of them at
-- p_last_at. 5 with less than a quarter of an hour between them close the door to them for a quarter of an hour, to the right
-- word as well; of 10,000 words that leaves 480 a day. A right one opens it for ten minutes and forgets the wrong ones. `shut`:
-- the door is closed already, and nothing is to be written down. answer: {outcome}: passed {until}, wrong {left}, locked {until}.
create function private.judged_guess(
  p_failed int, p_last_at timestamptz, p_blocked_until timestamptz, p_fits boolean,
  out shut boolean, out failed int, out blocked_until timestamptz, out passed_until timestamptz, out answer jsonb)
language plpgsql volatile
set search_path = ''
as $$
declare
  guesses int := 5;
  pause interval := interval '15 minutes';
  -- now() is when this guess arrived, which may be before the one that it waited for.
  moment timestamptz := clock_timestamp();
begin
  shut := coalesce(p_blocked_until > moment, false);
  if shut then
    answer := jsonb_build_object('outcome', 'locked', 'until', private.to_ms(p_blocked_until));
  elsif p_fits then
    failed := 0;
    passed_until := moment + interval '10 minutes';
    answer := jsonb_build_object('outcome', 'passed', 'until', private.to_ms(passed_until));
  else
    failed := case when p_last_at + pause > moment then p_failed + 1 else 1 end;
    if failed < guesses then
      answer := jsonb_build_object('outcome', 'wrong', 'left', guesses - failed);
    else
      blocked_until := moment + pause;
      answer := jsonb_build_object('outcome', 'locked', 'until', private.to_ms(blocked_until));
    end if;
  end if;
end
$$;

-- One guess at a room's passcode, see judged_guess; join_room asks whether it has been passed. Answers beside: open (no
-- passcode), unknown (no such person).
create function parley.try_passcode(p_room_id uuid, p_person uuid, p_hash text) returns jsonb
language plpgsql volatile
set search_path = ''
as $$
declare
  passcode parley.passcodes;
  attempts parley.passcode_attempts;
  judged record;
begin
  -- In this order, as whoever deletes the room or changes the word. Both are held, so that a word that is replaced in
  -- this moment opens nothing.
  perform from public.rooms r where r.id = p_room_id for key share;
  select * into passcode from parley.passcodes c where c.room_id = p_room_id for share;
  if not found then
    return jsonb_build_object('outcome', 'open');
  end if;
  if private.profile_of(p_person) is null then
    return jsonb_build_object('outcome', 'unknown');
  end if;
  -- Guesses at once come one after the other, each seeing what the last one left.
  insert into parley.passcode_attempts as a (room_id, person) values (p_room_id, p_person)
  on conflict (room_id, person) do update set failed = a.failed
  returning * into attempts;
  judged := private.judged_guess(attempts.failed, attempts.last_at, attempts.blocked_until, passcode.hash = p_hash);
  if judged.shut then
    return judged.answer;
  end if;
  update parley.passcode_attempts a
  set failed = judged.failed, blocked_until = judged.blocked_until, last_at = clock_timestamp(),
      passed_until = coalesce(judged.passed_until, a.passed_until)
  where a.room_id = p_room_id and a.person = p_person;
  if judged.blocked_until is not null then
    perform private.record('passcode_locked', p_person, p_room_id, p_person);
  end if;
  return judged.answer;
end
$$;

-- A device was used just now. Written at most every 5 minutes: as fine as a list of devices shows, and no write for each
-- request. Answers {outcome}: known, revoked (end its session), unknown (another person's is unknown as well).
create function parley.device_seen(p_device uuid, p_person uuid) returns jsonb
language plpgsql volatile
set search_path = ''
as $$
begin
  update parley.devices d set last_seen_at = now()
  where d.id = p_device and d.person = p_person and d.revoked_at is null
    and d.last_seen_at <= now() - interval '5 minutes';
  return jsonb_build_object('outcome', coalesce((
    select case when d.revoked_at is null then 'known' else 'revoked' end
    from parley.devices d where d.id = p_device and d.person = p_person), 'unknown'));
end
$$;

-- A person signs in on a device, or goes on there. p_name is kept the first time; later the person names it. Tokens of an
-- earlier sign-in there were written over: that session ends. At most 50 devices of a person are not revoked; for one more
-- the one that was longest unused is signed out. Answers {outcome}: registered, known, revoked (a revoked id never comes
-- back), taken (another person's), unknown (no such person).
create function parley.register_device(p_device uuid, p_person uuid, p_name text default '', p_login uuid default null)
returns jsonb
language plpgsql volatile
set search_path = ''
as $$
declare
  seen jsonb;
  before uuid;
  oldest record;
begin
  -- Held, so that two devices at once do not both take the 50th place.
  perform from public.user_profiles u where u.id = p_person for no key update;
  if not found then
    return jsonb_build_object('outcome', 'unknown');
  end if;
  seen := parley.device_seen(p_device, p_person);
  if seen ->> 'outcome' = 'known' and p_login is not null then
    select d.login into before from parley.devices d where d.id = p_device;
    if before is distinct from p_login then
      update parley.devices d set login = p_login where d.id = p_device;
      perform private.end_logins(p_person, array[before]) where before is not null;
    end if;
  end if;
  if seen ->> 'outcome' <> 'unknown' then
    return seen;
  end if;
  insert into parley.devices (id, person, name, login) values (p_device, p_person, p_name, p_login) on conflict do nothing;
  if not found then
    return jsonb_build_object('outcome', 'taken');
  end if;
  for oldest in
    select d.id, d.login from parley.devices d
    where d.person = p_person and d.revoked_at is null and d.id <> p_device
    order by d.last_seen_at desc, d.id desc offset 49
  loop
    perform private.end_logins(p_person, array[oldest.login]) where oldest.login is not null;
    delete from parley.devices d where d.id = oldest.id;
  end loop;
  return jsonb_build_object('outcome', 'registered');
end
$$;

-- Answers {outcome}: renamed, revoked, unknown.
create function parley.rename_device(p_device uuid, p_person uuid, p_name text) returns jsonb
language plpgsql volatile
set search_path = ''
as $$
begin
  update parley.devices d set name = p_name where d.id = p_device and d.person = p_person and d.revoked_at is null;
  return case when found then jsonb_build_object('outcome', 'renamed')
    else jsonb_build_object('outcome', coalesce((
      select 'revoked' from parley.devices d where d.id = p_device and d.person = p_person), 'unknown')) end;
end
$$;

-- Signs a device out for good: its id stays known as revoked, and its session is over. Answers {outcome, login}: revoked
-- (also for a repeat), unknown.
create function parley.revoke_device(p_device uuid, p_person uuid) returns jsonb
language plpgsql volatile
set search_path = ''
as $$
declare
  device parley.devices;
begin
  select * into device from parley.devices d where d.id = p_device and d.person = p_person for update;
  if not found then
    return jsonb_build_object('outcome', 'unknown');
  end if;
  if device.revoked_at is null then
    update parley.devices d set revoked_at = now() where d.id = p_device;
    perform private.record('device_revoked', p_person, null, p_person, jsonb_build_object('device', p_device));
  end if;
  perform private.end_logins(p_person, array[device.login]) where device.login is not null;
  return jsonb_build_object('outcome', 'revoked', 'login', device.login);
end
$$;

-- A person's devices that are not revoked, the last used first.
create function parley.devices_of(p_person uuid) returns jsonb
language sql stable
set search_path = ''
as $$
  select coalesce(jsonb_agg(jsonb_build_object(
    'device', d.id, 'name', d.name, 'firstSeenAt', private.to_ms(d.first_seen_at),
    'lastSeenAt', private.to_ms(d.last_seen_at)) order by d.last_seen_at desc, d.id), '[]')
  from parley.devices d
  where d.person = p_person and d.revoked_at is null;
$$;

-- How long anything here is kept, for sweep_ephemeral: links a month after their end, when nobody asks any more why one
-- does not work; answered knocks a month, others three; guesses a day; what was done by whom a year, which is as far back as a
-- complaint reaches.
create function private.sweep_access(p_batch int) returns jsonb
language plpgsql volatile
set search_path = ''
as $$
declare
  links int;
  requests int;
  attempts int;
  records int;
begin
  delete from parley.join_links l
  where l.code_hash in (
    select o.code_hash from parley.join_links o
    where least(o.expires_at, o.revoked_at) < now() - interval '30 days' limit p_batch);
  get diagnostics links = row_count;

  delete from parley.join_requests q
  where (q.room_id, q.person) in (
    select o.room_id, o.person from parley.join_requests o
    where o.decided_at < now() - interval '30 days' or o.asked_at < now() - interval '90 days' limit p_batch for update skip locked);
  get diagnostics requests = row_count;

  delete from parley.passcode_attempts a
  where (a.room_id, a.person) in (
    select o.room_id, o.person from parley.passcode_attempts o
    where o.last_at < now() - interval '1 day' limit p_batch for update skip locked);
  get diagnostics attempts = row_count;

  delete from parley.audit_log e
  where e.id in (
    select o.id from parley.audit_log o where o.at < now() - interval '1 year' order by o.at limit p_batch);
  get diagnostics records = row_count;

  return jsonb_build_object('links', links, 'requests', requests, 'attempts', attempts, 'records', records);
end
$$;

revoke execute on function private.manages(uuid, uuid), private.link_obstacle(parley.join_links),
  private.knocks_again_after(),
  private.judged_guess(int, timestamptz, timestamptz, boolean), private.sweep_access(int) from public, anon, authenticated;
grant execute on function private.manages(uuid, uuid), private.link_obstacle(parley.join_links),
  private.knocks_again_after(),
  private.judged_guess(int, timestamptz, timestamptz, boolean), private.sweep_access(int) to service_role;
revoke execute on all functions in schema parley from public, anon, authenticated;
grant execute on all functions in schema parley to service_role;

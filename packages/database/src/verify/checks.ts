/**
 * The invariants of the database. One statement checks each of them, so its snapshot is consistent
 * while users write. The statement returns a row per fault, and the column `what` describes the
 * fault.
 */
export const checks: readonly Check[] = [
  {
    name: 'copies',
    holds: 'both copies of a message exist, unless their owner deleted them, and are equal',
    text: `
      select format('message %s of %s is %s in the copy of %s', m.id, m.owner_id,
        case when o.id is null then 'missing' else 'different' end, m.peer_id) as what
      from messages m
      join users u on u.id = m.peer_id and u.erased is null
      left join messages o on o.owner_id = m.peer_id and o.peer_id = m.owner_id and o.id = m.id
      left join chats c on c.owner_id = m.peer_id and c.peer_id = m.owner_id
      left join chats mine on mine.owner_id = m.owner_id and mine.peer_id = m.peer_id
      where m.owner_id <> m.peer_id and m.id > greatest(coalesce(c.cleared_id, 0), coalesce(mine.cleared_id, 0))
        and (o.id is null
          or (o.sender_id, o.body, o.edited, o.recalled, o.reply_to, o.mentions, o.custom, o.reactions)
            is distinct from (m.sender_id, m.body, m.edited, m.recalled, m.reply_to, m.mentions, m.custom, m.reactions))`,
  },
  {
    name: 'once',
    holds: 'no message was recorded twice, other than imported ones',
    text: `
      select format('%s wrote %s to %s %s times', sender_id, ref, peer_id, count(*)) as what
      from messages where ref is not null and id >= 10430208000000 and id % 4096 < 2048
      group by owner_id, peer_id, sender_id, ref having count(*) > 1`,
  },
  {
    name: 'senders',
    holds: 'the sender of a message is a participant of the conversation',
    text: `
      select format('message %s of %s and %s is from %s', id, owner_id, peer_id, sender_id) as what
      from messages where owner_id <> peer_id and sender_id <> owner_id and sender_id <> peer_id`,
  },
  {
    name: 'unread',
    holds: 'the unread count of a chat is the number of messages of the peer above what its owner read and deleted',
    text: `
      select format('chat of %s with %s says %s unread, there are %s', c.owner_id, c.peer_id, c.unread, n.count) as what
      from chats c cross join lateral (
        select count(*) from messages m
        where m.owner_id = c.owner_id and m.peer_id = c.peer_id and m.sender_id <> c.owner_id
          and m.id > greatest(c.read_id, c.cleared_id)) n
      where not c.is_group and c.unread <> n.count`,
  },
  {
    name: 'group-unread',
    holds: 'the unread count of a member is the number of messages of other users above what the member saw',
    text: `
      select format('member %s of group %s has %s unread, there are %s', m.user_id, g.id, g.message_count - m.seen_count,
        n.count) as what
      from group_members m join groups g on g.id = m.group_id and g.dissolved is null
      cross join lateral (
        select count(*) from messages e
        where e.owner_id = g.id and e.peer_id = g.id and e.id > m.seen_id and e.sender_id not in (m.user_id, g.id)) n
      where g.message_count - m.seen_count <> n.count`,
  },
  {
    name: 'group-count',
    holds: 'the message count of a group is the number of its messages without notices',
    text: `
      select format('group %s counts %s messages, there are %s', g.id, g.message_count, n.count) as what
      from groups g cross join lateral (
        select count(*) from messages m where m.owner_id = g.id and m.peer_id = g.id and m.sender_id <> g.id) n
      where g.dissolved is null and g.message_count <> n.count`,
  },
  {
    name: 'last',
    holds: 'the last message of a chat or group is the newest there is, or none if all were removed',
    text: `
      select format('%s with %s says that %s is its last message', b.owner_id, b.peer_id, b.last_id) as what
      from (
        select owner_id, peer_id, last_id, last_sender, last_body, last_edited, last_recalled, cleared_id
        from chats where not is_group
        union all
        select id, id, last_id, last_sender, last_body, last_edited, last_recalled, 0 from groups where dissolved is null) b
      left join lateral (
        select id, sender_id, body, edited, recalled from messages m
        where m.owner_id = b.owner_id and m.peer_id = b.peer_id and m.id > b.cleared_id order by id desc limit 1) n on true
      where case when n.id is null then b.last_sender is not null
        when b.last_id <= b.cleared_id then true
        else (b.last_id, b.last_sender, b.last_body, b.last_edited, b.last_recalled)
          is distinct from (n.id, n.sender_id, n.body, n.edited, n.recalled) end`,
  },
  {
    name: 'marks',
    holds: 'the peer has stored the marks of a user, except read marks that one of the two hid',
    text: `
      select format('%s has read %s and received %s of %s, who knows of %s and %s', c.owner_id, c.read_id, c.delivered_id,
        c.peer_id, o.peer_read_id, o.peer_delivered_id) as what
      from chats c join users u on u.id = c.peer_id and u.erased is null
      join users me on me.id = c.owner_id
      left join chats o on o.owner_id = c.peer_id and o.peer_id = c.owner_id
      cross join lateral (select coalesce(o.peer_read_id, 0) as read, coalesce(o.peer_delivered_id, 0) as delivered) known
      where not c.is_group and (known.delivered <> c.delivered_id or known.read > c.read_id
        or known.read < c.read_id and not (u.privacy ? 'readReceipts' or me.privacy ? 'readReceipts'))`,
  },
  {
    name: 'pins',
    holds: 'both copies of a conversation have the same pinned messages, unless their owner deleted them',
    text: `
      select format('message %s of %s with %s is pinned by %s, and %s in the other copy', p.id, p.owner_id, p.peer_id,
        p.user_id, case when o.active then 'by ' || o.user_id else 'not' end) as what
      from pins p
      join users u on u.id = p.peer_id and u.erased is null
      join messages m on m.owner_id = p.owner_id and m.peer_id = p.peer_id and m.id = p.id
      left join pins o on o.owner_id = p.peer_id and o.peer_id = p.owner_id and o.id = p.id
      left join chats c on c.owner_id = p.peer_id and c.peer_id = p.owner_id
      left join chats mine on mine.owner_id = p.owner_id and mine.peer_id = p.peer_id
      where p.owner_id <> p.peer_id and p.active
        and p.id > greatest(coalesce(c.cleared_id, 0), coalesce(mine.cleared_id, 0))
        and (o.active is distinct from true or (o.user_id, o.date) is distinct from (p.user_id, p.date))`,
  },
  {
    name: 'hidden',
    holds: 'a message that a user deleted from the own copy is a message of that chat, with its sender',
    text: `
      select format('message %s, which %s deleted from the chat with %s, is %s', h.id, h.owner_id, h.peer_id,
        case when m.id is null then 'not in the chat' else 'from ' || m.sender_id end) as what
      from hidden_messages h
      left join groups g on g.id = h.peer_id
      left join messages m on m.owner_id = case when g.id is null then h.owner_id else h.peer_id end
        and m.peer_id = h.peer_id and m.id = h.id
      left join chats c on c.owner_id = h.owner_id and c.peer_id = h.peer_id
      where g.dissolved is null and h.id > coalesce(c.cleared_id, 0) and h.sender_id is distinct from m.sender_id`,
  },
  {
    name: 'bans',
    holds: 'a user who is banned from a group is no member of it, and does not request to join',
    text: `
      select format('%s is banned from group %s and a member', b.user_id, b.group_id) as what
      from group_bans b join group_members m on m.group_id = b.group_id and m.user_id = b.user_id
      union all
      select format('%s is banned from group %s and requests to join', b.user_id, b.group_id)
      from group_bans b join join_requests r on r.group_id = b.group_id and r.user_id = b.user_id`,
  },
  {
    name: 'imported',
    holds: 'no imported message with the same date is there twice',
    text: `
      select format('%s imported %s to %s %s times', sender_id, ref, peer_id, count(*)) as what
      from messages where ref is not null and (id < 10430208000000 or id % 4096 >= 2048)
      group by owner_id, peer_id, sender_id, ref having count(*) > 1 and max(id) - min(id) < 4096`,
  },
  {
    name: 'dissolved',
    holds: 'messages of a group are deleted within ten minutes after it was dissolved',
    text: `
      select format('message %s of group %s is there, which was dissolved', m.id, g.id) as what
      from groups g join messages m on m.owner_id = g.id and m.peer_id = g.id
      where g.dissolved < now_ms() - 600000`,
  },
  {
    name: 'ids',
    holds:
      'no id belongs to a user and a group, or to somebody who is younger than their messages, other than imported ones',
    text: `
      select format('%s is a user and a group', u.id) as what from users u join groups g on g.id = u.id
      union all
      select format('user %s has a message of %s, sent before the account was created', u.id, m.id)
      from users u join messages m on m.owner_id = u.id
      where u.id >= 1000000000000 and u.id < 9000000000000000 and m.id / 4096 < u.id / 1024 - 60000
        and m.id >= 10430208000000 and m.id % 4096 < 2048`,
  },
  {
    name: 'orphans',
    holds: 'no row belongs to a user, chat or group that does not exist',
    text: `
      select format('message %s of %s and %s has no chat', m.id, m.owner_id, m.peer_id) as what
      from messages m
      left join chats c on c.owner_id = m.owner_id and c.peer_id = m.peer_id
      left join groups g on g.id = m.owner_id and g.id = m.peer_id
      where c.owner_id is null and g.id is null
      union all
      select format('%s is a friend of %s, who is none of theirs', f.user_id, f.friend_id)
      from friendships f left join friendships o on o.user_id = f.friend_id and o.friend_id = f.user_id
      where o.user_id is null
      union all
      select format('%s of %s waits for message %s, which is there', e.kind, e.user_id, e.id)
      from early_changes e
      join messages m on m.owner_id = e.owner_id and m.peer_id = e.peer_id and m.id = e.id`,
  },
];

/** An invariant. */
export interface Check {
  name: string;
  /** Description of the invariant as a sentence. */
  holds: string;
  text: string;
}

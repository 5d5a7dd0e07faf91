import type { Conversation, Direct, User } from '../model';
import { DAY } from '../world';
import type { Call } from './call';
import type { CallFault } from './call-faults';
import { compareIds } from '../ids';
import { pageOf } from './paging';
import type { ApiParts } from './parts';
import { forbidden, invalid, notFound, problem } from './problem';
import { Rendering } from './render';
import type { Answer, Route } from './route';

/** How far back direct messages can be had. */
const HORIZON_MS = 30 * DAY;
const LENGTH = 10_000;
const KINDS = ['MessageCreate', 'ParticipantsJoin', 'ParticipantsLeave'];
const READ = ['dm.read', 'tweet.read', 'users.read'];
const WRITE = ['dm.write', 'dm.read', 'tweet.read', 'users.read'];
const CONVERSATION = /^(\d{1,19}-\d{1,19}|\d{15,19})$/;

/** Direct messages, unencrypted ones only: reading, sending, deleting for oneself, and their files. */
export function directRoutes(parts: ApiParts): Route[] {
  const { world, directs, media } = parts;
  const reading = (endpoint: string, handle: Route['handle']): Route => ({ endpoint, access: ['user'], scopes: READ, handle }); // prettier-ignore
  const writing = (endpoint: string, handle: Route['handle']): Route => ({ endpoint, access: ['user'], scopes: WRITE, handle }); // prettier-ignore
  return [
    reading('GET /2/dm_events', (call, fault) => {
      const all = world.conversationsOf(call.user.id).flatMap(({ id }) => world.directsOf(id));
      return list(all, call, fault, parts);
    }),
    reading('GET /2/dm_conversations/:id/dm_events', (call, fault) => {
      const { id } = conversationOf(call, parts);
      return list(world.directsOf(id), call, fault, parts);
    }),
    reading('GET /2/dm_conversations/with/:id/dm_events', (call, fault) => {
      const id = [call.user.id, call.id()].sort(compareIds).join('-');
      return list(world.directsOf(id), call, fault, parts);
    }),
    reading('GET /2/dm_events/:id', (call) => {
      const direct = world.directs.get(call.id());
      if (!direct || !sees(direct, call.user, parts)) throw notFound();
      const rendering = new Rendering(parts, call);
      return { body: rendering.answer(rendering.direct(direct)), charges: [{ kind: 'direct.read', id: direct.id }] };
    }),
    reading('GET /2/dm_conversations/media/:id/:media/:name', (call) => {
      const direct = world.directs.get(call.id());
      const file = direct?.mediaIds.includes(call.params['media'] ?? '') && media.rows.get(call.params['media']!);
      const bytes = file && media.read(file.id);
      if (!direct || !file || !bytes || !sees(direct, call.user, parts)) throw notFound();
      return { body: bytes, mime: file.mime };
    }),
    writing('POST /2/dm_conversations/with/:id/messages', (call) => {
      const other = world.users.get(call.id());
      if (!other) throw forbidden('You cannot send messages to this user.');
      return send(call, directs.between(call.user.id, other.id), parts);
    }),
    writing('POST /2/dm_conversations/:id/messages', (call) => send(call, conversationOf(call, parts), parts)),
    writing('POST /2/dm_conversations', (call) => {
      const ids = call.fields['participant_ids'];
      const others = Array.isArray(ids) ? ids.filter((id): id is string => typeof id === 'string') : [];
      if (call.fields['conversation_type'] !== 'Group' || others.length < 2 || others.length > 49) {
        throw invalid('participant_ids', others, 'A "Group" of 2 to 49 participants is expected');
      }
      checkMessage(call.object('message') ?? {}, call, parts);
      const group = directs.group([call.user.id, ...others]);
      return send(call, group, parts, call.object('message') ?? {});
    }),
    writing('DELETE /2/dm_events/:id', (call) => {
      const direct = world.directs.get(call.id());
      if (!direct || !sees(direct, call.user, parts)) throw notFound();
      directs.removeFor(direct.id, call.user.id);
      return { body: { data: { deleted: true } }, charges: [{ kind: 'content.delete' }] };
    }),
  ];
}

function list(all: readonly Direct[], call: Call, fault: CallFault | undefined, parts: ApiParts): Answer {
  const { world } = parts;
  const size = call.number('max_results', 1, 100, 100);
  const kinds = call.list('event_types');
  const unknown = kinds.find((kind) => !KINDS.includes(kind));
  if (unknown !== undefined) throw invalid('event_types', unknown, `event_types: must be among ${KINDS.join(', ')}`);
  const from = world.now() - HORIZON_MS;
  const seen = all
    .filter(({ kind, at, deletedFor }) => {
      if (at < from || deletedFor.includes(call.user.id)) return false;
      return kinds.length === 0 || kinds.includes(kind);
    })
    .sort((a, b) => compareIds(b.id, a.id));
  // X names a next page also where there is none: it is empty then
  const { rows, tokens } = pageOf(seen, call, size, fault, { alwaysNext: true });
  const rendering = new Rendering(parts, call);
  const data = rows.map((direct) => rendering.direct(direct));
  const body = rendering.answer(data, { result_count: rows.length, ...tokens });
  return { body, charges: rows.map(({ id }) => ({ kind: 'direct.read', id })) };
}

function send(call: Call, conversation: Conversation, parts: ApiParts, message = call.fields): Answer {
  const { world, directs } = parts;
  const { text, mediaIds } = checkMessage(message, call, parts);
  const others = conversation.participantIds.filter((id) => id !== call.user.id);
  for (const id of others) mayWriteTo(world.user(id), call.user, conversation, parts);
  const { id } = directs.write({
    from: call.user.id,
    to: conversation.group ? conversation.id : (others[0] ?? call.user.id),
    text,
    media: mediaIds,
    appId: call.who.app.id,
  });
  return {
    status: 201,
    body: { data: { dm_conversation_id: conversation.id, dm_event_id: id } },
    charges: [{ kind: 'direct.create' }],
  };
}

/** At least a text or one file. */
function checkMessage(
  message: Readonly<Record<string, unknown>>,
  call: Call,
  { media }: ApiParts,
): { text: string; mediaIds: string[] } {
  const { text = '', attachments = [] } = message;
  if (typeof text !== 'string' || !Array.isArray(attachments) || attachments.length > 1) {
    throw invalid('attachments', attachments, 'A text and one attachment at most are expected');
  }
  if (text.length > LENGTH) throw invalid('text', text.length, `$.text: must be at most ${LENGTH} characters`);
  const mediaIds = attachments.map((one: unknown) => String((one as { media_id?: unknown } | null)?.media_id));
  if (text.trim() === '' && mediaIds.length === 0) throw invalid('text', text, '$.text: is missing or empty');
  const wrong = mediaIds.find((id) => !media.ready(id, call.user.id)?.category.startsWith('dm_'));
  if (wrong !== undefined) {
    throw problem(400, 'Invalid Request', `The media id [${wrong}] cannot be attached.`, 'invalid-request');
  }
  return { text, mediaIds };
}

/** Who takes no direct messages may still be answered. @throws Problem 403 otherwise, and where they blocked us. */
function mayWriteTo(other: User, user: User, { id, group }: Conversation, { world }: ApiParts): void {
  const wrote = world.directsOf(id).some(({ senderId }) => senderId === other.id);
  const closed = other.directs === 'nobody' && !wrote && !group;
  if (!closed && !other.blocks.includes(user.id) && !other.suspended) return;
  throw problem(403, 'Forbidden', 'You cannot send messages to this user.', 'about:blank', {
    errors: [{ code: 349, message: 'You cannot send messages to this user.' }],
  });
}

function conversationOf(call: Call, { world }: ApiParts): Conversation {
  const id = call.params['id'] ?? '';
  if (!CONVERSATION.test(id)) throw invalid('id', id, `The \`id\` query parameter value [${id}] is not valid`);
  const conversation = world.conversations.get(id);
  if (!conversation?.participantIds.includes(call.user.id)) throw forbidden();
  return conversation;
}

function sees(direct: Direct, user: User, { world }: ApiParts): boolean {
  const { participantIds } = world.conversation(direct.conversationId);
  return participantIds.includes(user.id) && !direct.deletedFor.includes(user.id);
}

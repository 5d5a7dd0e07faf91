import type { Chats } from '../chats';
import type { Faults } from '../faults';
import type { Files } from '../files';
import type { Message, Thread } from '../model';
import type { World } from '../world';
import type { Call } from './call';
import { type Field, fieldSelection } from './field-selection';
import { badParameter, GraphError, unknownObject } from './graph-error';
import type { Limits } from './limits';
import { graphTime, listing } from './listing';

/** Details are told of so many of the newest messages of a conversation; the others answer as if they were deleted. */
const DETAILED = 20;
/** Messages in a conversation's own list. */
const LISTED = 25;
const MESSAGE_FIELDS = ['id', 'created_time'].map((name) => ({ name, fields: [] }));

/** The Conversations API: what was written, newest first, as long as the platform tells it. */
export class ConversationsApi {
  constructor(
    private readonly world: World,
    private readonly chats: Chats,
    private readonly files: Files,
    private readonly faults: Faults,
    private readonly limits: Limits,
  ) {}

  /** `GET /{page}/conversations`. */
  list(call: Call, pageId: string): object {
    const { page } = call.page(pageId, 'pages_messaging');
    this.limits.conversations(page.id);
    const platform = call.text('platform') ?? 'messenger';
    if (platform !== 'messenger' && platform !== 'instagram') {
      throw badParameter('Param platform must be one of {INSTAGRAM, MESSENGER}');
    }
    const person = call.text('user_id');
    const threads = this.world
      .threadsOf(page.id)
      .filter((thread) => platform === 'messenger' && this.world.messagesOf(thread).length > 0)
      .filter(({ psid }) => person === undefined || psid === person)
      .sort((a, b) => b.updatedAt - a.updatedAt);
    const fields = fieldSelection(call.text('fields') ?? 'id,updated_time');
    return listing(call, threads, {
      idOf: ({ id }) => id,
      show: (thread) => this.shown(thread, fields),
      faults: this.faults,
      name: 'conversations',
    });
  }

  /** `GET /{conversation}`. */
  one(call: Call, thread: Thread): object {
    this.mine(call, thread);
    return this.shown(thread, fieldSelection(call.text('fields') ?? 'id,updated_time'));
  }

  /** `GET /{conversation}/messages`. */
  messages(call: Call, thread: Thread): object {
    this.mine(call, thread);
    const fields = fieldSelection(call.text('fields') ?? 'id,created_time');
    const newest = [...this.world.messagesOf(thread)].reverse();
    return listing(call, newest, {
      idOf: ({ id }) => id,
      show: (message) => this.message(message, newest.indexOf(message) < DETAILED ? fields : MESSAGE_FIELDS),
      faults: this.faults,
      name: 'messages',
    });
  }

  /** `GET /{message}`; 9000001 for what is not among the newest, or unsent. */
  detail(call: Call, message: Message): object {
    const thread = this.world.threadOf(message);
    this.mine(call, thread);
    const messages = this.world.messagesOf(thread);
    if (message.withdrawn || messages.length - messages.indexOf(message) > DETAILED) {
      throw new GraphError(9000001, '(#9000001) The message was deleted.');
    }
    return this.message(message, fieldSelection(call.text('fields') ?? 'id,created_time'));
  }

  private mine(call: Call, thread: Thread): void {
    const token = call.token();
    if (token.pageId !== thread.pageId) throw unknownObject(thread.id);
    this.limits.conversations(thread.pageId);
  }

  private shown(thread: Thread, fields: readonly Field[]): object {
    const all: Record<string, (field: Field) => unknown> = {
      updated_time: () => graphTime(thread.updatedAt),
      message_count: () => this.world.messagesOf(thread).length,
      is_owner: () => thread.ownerAppId === undefined,
      participants: () => ({ data: [this.personOf(thread), this.pageOf(thread)] }),
      messages: ({ limit = LISTED, fields: inside }) => {
        const newest = [...this.world.messagesOf(thread)].reverse().slice(0, Math.min(Math.max(1, limit), 100));
        const asked = inside.length > 0 ? inside : MESSAGE_FIELDS;
        return { data: newest.map((message, n) => this.message(message, n < DETAILED ? asked : MESSAGE_FIELDS)) };
      },
    };
    return selected(thread.id, fields, all);
  }

  private message(message: Message, fields: readonly Field[]): object {
    const thread = this.world.threadOf(message);
    const [person, page] = [this.personOf(thread), this.pageOf(thread)];
    const inbound = message.direction === 'inbound';
    const files = message.withdrawn ? [] : message.attachments.filter(({ fileId }) => fileId !== undefined);
    const text = message.edits.at(-1)?.text ?? message.text;
    const all: Record<string, () => unknown> = {
      created_time: () => graphTime(message.at),
      from: () => (inbound ? person : page),
      to: () => ({ data: [inbound ? page : person] }),
      message: () => (message.withdrawn ? '' : text),
      attachments: () => (files.length > 0 ? { data: files.map(({ fileId }) => this.file(fileId!)) } : undefined),
      reply_to: () => (message.replyTo === undefined ? undefined : { mid: message.replyTo, is_self_reply: false }),
      sticker: () => {
        const sticker = message.withdrawn ? undefined : message.attachments.find(({ type }) => type === 'sticker');
        return sticker?.fileId === undefined ? undefined : this.chats.address(sticker.fileId);
      },
    };
    return selected(message.id, fields, all);
  }

  private file(id: string): object {
    const { name, mime, size } = this.files.get(id) ?? { name: 'file', mime: 'application/octet-stream', size: 0 };
    const url = this.chats.address(id);
    const kind = mime.split('/', 1)[0];
    return {
      id,
      mime_type: mime,
      name,
      size,
      ...(kind === 'image' && { image_data: { width: 320, height: 220, url, preview_url: url } }),
      ...(kind === 'video' && { video_data: { width: 320, height: 220, url, preview_url: url } }),
      ...(kind !== 'image' && kind !== 'video' && { file_url: url }),
    };
  }

  private personOf(thread: Thread): object {
    const { name } = this.world.person(thread.personId);
    return { name, email: `${thread.psid}@facebook.com`, id: thread.psid };
  }

  private pageOf(thread: Thread): object {
    const { name, id } = this.world.page(thread.pageId);
    return { name, email: `${id}@facebook.com`, id };
  }
}

/** The fields that were asked for, of those there are; the id is always told. */
export function selected(
  id: string,
  fields: readonly Field[],
  all: Readonly<Record<string, (field: Field) => unknown>>,
): object {
  const told: Record<string, unknown> = {};
  for (const field of fields) {
    const value = all[field.name]?.(field);
    if (value !== undefined) told[field.name] = value;
  }
  return { ...told, id };
}

import { randomUUID } from 'node:crypto';
import type { Happening } from './happening';
import { compareIds } from './ids';
import type { Media } from './media';
import type { Chat, Conversation, Direct } from './model';
import type { World } from './world';

export interface NewDirect {
  /** User id. */
  from: string;
  /** User id, or the id of a group. */
  to: string;
  text: string;
  /** Id of what the writer uploaded; one at most. */
  media?: readonly string[];
  /** When it was written; default now. */
  at?: number;
  appId?: string;
}

/** What users write to each other directly: unencrypted messages, groups, and XChat. */
export class Directs {
  constructor(
    private readonly world: World,
    private readonly media: Media,
    private readonly tell: (happening: Happening) => void,
  ) {}

  /** The conversation of two users; comes into being when it is first asked for. */
  between(a: string, b: string): Conversation {
    const participantIds = [this.world.user(a).id, this.world.user(b).id].sort(compareIds);
    const id = participantIds.join('-');
    return (
      this.world.conversations.get(id) ?? this.world.putConversation({ id, group: false, participantIds, readUpTo: {} })
    );
  }

  group(participants: readonly string[]): Conversation {
    const participantIds = participants.map((id) => this.world.user(id).id);
    return this.world.putConversation({ id: this.world.newId(), group: true, participantIds, readUpTo: {} });
  }

  write(direct: NewDirect): Direct {
    const { world } = this;
    const known = world.conversations.get(direct.to);
    const conversation = known?.group ? known : this.between(direct.from, direct.to);
    if (!conversation.participantIds.includes(direct.from)) {
      throw new RangeError(`User "${direct.from}" is not in the conversation "${conversation.id}".`);
    }
    const mediaIds = this.media.attach(direct.from, direct.media ?? []);
    const { text, at, appId } = direct;
    return this.add(conversation, { kind: 'MessageCreate', senderId: direct.from, text, mediaIds }, at, appId);
  }

  /** Somebody adds others to a group, or they leave it. */
  change(conversationId: string, by: string, kind: 'ParticipantsJoin' | 'ParticipantsLeave', who: string[]): Direct {
    const { world } = this;
    const before = world.conversation(conversationId);
    if (!before.group) throw new RangeError(`"${conversationId}" is between two people; nobody joins or leaves.`);
    const others = before.participantIds.filter((id) => !who.includes(id));
    const participantIds = kind === 'ParticipantsJoin' ? [...others, ...who.map((id) => world.user(id).id)] : others;
    const conversation = world.putConversation({ ...before, participantIds });
    return this.add(conversation, { kind, senderId: by, text: '', mediaIds: [], participantIds: who });
  }

  /** Somebody has read everything that is in a conversation now. Returns up to which one; nothing where that is not new. */
  read(conversationId: string, readerId: string): string | undefined {
    const { world } = this;
    const before = world.conversation(conversationId);
    const upTo = world.directsOf(conversationId).at(-1)?.id;
    if (upTo === undefined || before.readUpTo[readerId] === upTo) return undefined;
    const conversation = world.putConversation({ ...before, readUpTo: { ...before.readUpTo, [readerId]: upTo } });
    this.tell({ kind: 'direct.read', conversation, readerId, upTo, at: world.now() });
    return upTo;
  }

  typing(conversationId: string, userId: string): void {
    const conversation = this.world.conversation(conversationId);
    this.tell({ kind: 'direct.typing', conversation, userId, at: this.world.now() });
  }

  /** Deletes a message for one of its people alone, as X does. */
  removeFor(directId: string, userId: string): void {
    const direct = this.world.direct(directId);
    if (direct.deletedFor.includes(userId)) return;
    this.world.directs.put({ ...direct, deletedFor: [...direct.deletedFor, userId] });
  }

  /** An encrypted message. */
  chat({ from, to, text, at }: { from: string; to: string; text: string; at?: number }): Chat {
    const { world } = this;
    world.room(world.chats, 'encrypted messages');
    const chat = world.chats.put({
      id: randomUUID(),
      conversationId: `${world.user(from).id}:${world.user(to).id}`,
      senderId: from,
      recipientId: to,
      at: Math.min(at ?? world.now(), world.now()),
      text,
      // as long as what it hides, and of chance: there is nothing to be read from it
      encoded: Buffer.from(world.random.text(48 + Buffer.byteLength(text))).toString('base64'),
      keyVersion: '1784928224372',
    });
    this.tell({ kind: 'chat.written', chat });
    return chat;
  }

  private add(
    conversation: Conversation,
    what: Pick<Direct, 'kind' | 'senderId' | 'text' | 'mediaIds'> & { participantIds?: string[] },
    at = this.world.now(),
    appId?: string,
  ): Direct {
    const when = Math.min(at, this.world.now());
    const direct = this.world.addDirect({
      id: this.world.newId(when),
      conversationId: conversation.id,
      at: when,
      participantIds: [],
      deletedFor: [],
      ...what,
      ...(appId !== undefined && { appId }),
    });
    this.tell({ kind: 'direct.written', direct, conversation });
    return direct;
  }
}

import type { Chats } from '../chats';
import type { Feed } from '../feed';
import { type Files, UPLOAD_LIFE_MS } from '../files';
import type { Attachment, Message, Page, Thread, Token } from '../model';
import { ownerOf } from '../webhooks/webhooks';
import { DAY, type World } from '../world';
import type { Call } from './call';
import { badParameter, GraphError } from './graph-error';
import type { Limits } from './limits';
import type { Routing } from './routing';

/** The platform's limits of one message. */
const MOST_TEXT = 2_000;
const MOST_METADATA = 1_000;
const MOST_IMAGES = 30;
const MOST_QUICK_REPLIES = 13;

const TYPES = ['RESPONSE', 'UPDATE', 'MESSAGE_TAG'];
/** People may answer for so long after the last message, with the tag. */
const HUMAN_WINDOW_MS = 7 * DAY;
/** One private reply, for so long after the comment. */
const PRIVATE_REPLY_MS = 7 * DAY;
const ACTIONS = ['typing_on', 'typing_off', 'mark_seen', 'react', 'unreact'];
const MEDIA = ['image', 'audio', 'video', 'file'];
/** The dots blink for so long. */
const TYPING_MS = 20_000;

/** The Send API: what a Page says through an app, and every reason for which the platform refuses it. */
export class SendApi {
  constructor(
    private readonly world: World,
    private readonly chats: Chats,
    private readonly feed: Feed,
    private readonly files: Files,
    private readonly limits: Limits,
    private readonly routing: Routing,
  ) {}

  /** `POST /{page}/messages`. `told`: the message, once the platform has it. */
  send(call: Call, pageId: string): { answer: object; message?: Message } {
    const { page, token } = call.page(pageId, 'pages_messaging');
    const { standing } = page;
    if (standing === 'blocked') {
      throw new GraphError(368, 'The action attempted has been deemed abusive or is otherwise disallowed', 1390008);
    }
    if (standing === 'restricted') throw new GraphError(10, '(#10) This Page is temporarily restricted.', 1893063);
    const message = call.object('message');
    const action = call.text('sender_action');
    if (message && action !== undefined) {
      throw badParameter('Message cannot be sent together with a sender action', 2018014);
    }
    if (action !== undefined) return { answer: this.act(call, page, action) };
    if (!message) throw badParameter('The parameter message is required');
    const content = this.contentOf(message, page);
    this.limits.send(
      page.id,
      content.attachments.some(({ type }) => type === 'audio' || type === 'video'),
    );
    const recipient = call.object('recipient') ?? {};
    const sent =
      typeof recipient['comment_id'] === 'string'
        ? this.privately(page, token, recipient['comment_id'], content)
        : this.into(this.threadOf(page, recipient), token, call, content);
    const thread = this.world.threadOf(sent);
    const control = call.object('thread_control');
    if (control) this.routing.control(thread, token.appId, control);
    return { answer: { recipient_id: thread.psid, message_id: sent.id, ...content.told }, message: sent };
  }

  /** An answer in a thread that the person opened. */
  private into(thread: Thread, token: Token, call: Call, content: Content): Message {
    const type = call.text('messaging_type') ?? 'RESPONSE';
    const tag = call.text('tag');
    if (!TYPES.includes(type)) throw badParameter(`Param messaging_type must be one of {${TYPES.join(', ')}}`);
    if (type === 'MESSAGE_TAG' && tag !== 'HUMAN_AGENT') {
      throw badParameter(tag === undefined ? 'The parameter tag is required' : `Message Tag ${tag} is not available`);
    }
    const now = this.world.now();
    const person = this.world.person(thread.personId);
    if (person.blocks.includes(thread.pageId)) {
      throw new GraphError(551, "(#551) This person isn't available right now.", 1545041);
    }
    const owner = ownerOf(thread, now);
    if (owner !== undefined && owner !== token.appId) {
      throw new GraphError(2018300, '(#2018300) Another app is controlling this thread now.');
    }
    const since = type === 'MESSAGE_TAG' ? thread.wroteAt : thread.openedAt;
    const length = type === 'MESSAGE_TAG' ? Math.max(HUMAN_WINDOW_MS, thread.openForMs) : thread.openForMs;
    if (since === undefined || now - since > length) {
      throw new GraphError(10, '(#10) This message is sent outside of allowed window.', 2018278);
    }
    const replyTo = call.object('reply_to')?.['mid'] as string | undefined;
    if (replyTo !== undefined && this.world.messages.get(replyTo)?.threadId !== thread.id) {
      throw badParameter('The message to reply to does not exist in this thread');
    }
    return this.chats.answer(thread, {
      ...content,
      appId: token.appId,
      ...(replyTo !== undefined && { replyTo: replyTo }),
    });
  }

  /** The one private reply to a comment. Opens no window: the person must write first. */
  private privately(page: Page, token: Token, commentId: string, content: Content): Message {
    const comment = this.world.comments.get(commentId);
    if (!comment || comment.pageId !== page.id || comment.removed || comment.personId === null) {
      throw badParameter('No matching comment found', 2018001);
    }
    if (comment.privateReply !== undefined) throw new GraphError(10900, '(#10900) Activity already replied to');
    if (this.world.now() - comment.at > PRIVATE_REPLY_MS) {
      throw new GraphError(10, '(#10) This message is sent outside of allowed window.', 2018278);
    }
    this.limits.privateReply(page.id);
    const person = this.world.person(comment.personId);
    if (person.blocks.includes(page.id)) {
      throw new GraphError(551, "(#551) This person isn't available right now.", 1545041);
    }
    const sent = this.chats.answer(this.world.thread(person, page.id), { ...content, appId: token.appId });
    comment.privateReply = sent.id;
    this.world.comments.put(comment);
    return sent;
  }

  private threadOf(page: Page, recipient: Record<string, unknown>): Thread {
    const psid = recipient['id'] as string | number | undefined;
    const thread = psid === undefined ? undefined : this.world.findThread(page.id, String(psid));
    if (!thread) throw badParameter('No matching user found', 2018001);
    return thread;
  }

  private contentOf(message: Record<string, unknown>, page: Page): Content {
    const { text, metadata, attachment, attachments, quick_replies: quickReplies } = message;
    if (text !== undefined && typeof text !== 'string') throw badParameter('Param message[text] must be a string');
    if (typeof text === 'string' && Array.from(text).length > MOST_TEXT) {
      throw badParameter(`Length of param message[text] must be less than or equal to ${MOST_TEXT}`);
    }
    if (metadata !== undefined && (typeof metadata !== 'string' || metadata.length > MOST_METADATA)) {
      throw badParameter(`Length of param message[metadata] must be less than or equal to ${MOST_METADATA}`);
    }
    if (Array.isArray(quickReplies) && quickReplies.length > MOST_QUICK_REPLIES) {
      throw badParameter(`Param message[quick_replies] has more than ${MOST_QUICK_REPLIES} elements`);
    }
    const files = Array.isArray(attachments)
      ? (attachments as unknown[])
      : attachment === undefined
        ? []
        : [attachment];
    if (files.length > MOST_IMAGES)
      throw badParameter(`Param message[attachments] has more than ${MOST_IMAGES} elements`);
    if (typeof text === 'string' && text.trim() === '' && files.length === 0) {
      throw badParameter('Message cannot be empty, must provide valid attachment or text');
    }
    if (text === undefined && files.length === 0) {
      throw badParameter('Message cannot be empty, must provide valid attachment or text');
    }
    if (text !== undefined && files.length > 0) throw badParameter('Message cannot have both text and attachment');
    const kept = files.map((file) => this.attachmentOf(file, page));
    const told = kept.find(({ reusable }) => reusable !== undefined)?.reusable;
    return {
      ...(text !== undefined && { text }),
      ...(metadata !== undefined && { metadata }),
      attachments: kept.map(({ attachment: one }) => one),
      ...(told !== undefined && { told: { attachment_id: told } }),
    };
  }

  private attachmentOf(value: unknown, page: Page): { attachment: Attachment; reusable?: string } {
    const { type, payload } = (value ?? {}) as { type?: unknown; payload?: Record<string, unknown> };
    if (type === 'template') return { attachment: { type, payload } };
    if (typeof type !== 'string' || !MEDIA.includes(type)) throw badParameter('Invalid attachment type', 2018047);
    const id = payload?.['attachment_id'] as string | number | undefined;
    if (id !== undefined) {
      const file = this.files.get(String(id));
      if (!file || file.pageId !== page.id || this.world.now() - file.at > UPLOAD_LIFE_MS) {
        throw badParameter('Invalid attachment id', 2018074);
      }
      if (file.type !== type) throw badParameter('Attachment type does not match', 2018047);
      return { attachment: { type, fileId: file.id } };
    }
    const url = payload?.['url'];
    if (typeof url !== 'string') throw badParameter('The parameter url or attachment_id is required', 2018008);
    // nothing outside this machine is fetched: the address itself is what the person gets
    return { attachment: { type, payload: { url } } };
  }

  private act(call: Call, page: Page, action: string): object {
    if (!ACTIONS.includes(action)) throw badParameter(`Param sender_action must be one of {${ACTIONS.join(', ')}}`);
    const thread = this.threadOf(page, call.object('recipient') ?? {});
    if (action === 'typing_on') thread.typingUntil = this.world.now() + TYPING_MS;
    if (action === 'typing_off') delete thread.typingUntil;
    this.world.threads.put(thread);
    if (action === 'react' || action === 'unreact') {
      const { message_id: mid, reaction } = call.object('payload') ?? {};
      const message = this.world.messages.get(String(mid));
      if (message?.threadId !== thread.id) throw badParameter('No matching message found', 2018001);
      if (action === 'react') message.reactions[page.id] = String(reaction);
      else delete message.reactions[page.id];
      this.world.messages.put(message);
    }
    return { recipient_id: thread.psid };
  }
}

interface Content {
  text?: string;
  metadata?: string;
  attachments: Attachment[];
  told?: object;
}

import { mentionsIn } from '../mentions';
import type { Post, User } from '../model';
import { hasLink, shownPost, weightOf } from '../shown-text';
import { HOUR } from '../world';
import type { Call } from './call';
import type { ApiParts } from './parts';
import { forbidden, invalid, notFound, problem } from './problem';
import type { Answer, Route } from './route';
import { canSee } from './seeing';

const LENGTH = 280;
const LONG_LENGTH = 25_000;
const EDITABLE_MS = HOUR;
const WRITE = ['tweet.write', 'tweet.read', 'users.read'];
const REPLY_SETTINGS = ['following', 'mentionedUsers', 'subscribers', 'verified'] as const;

/** Posting, editing, deleting and hiding through the API, with everything X refuses. */
export function writingRoutes(parts: ApiParts): Route[] {
  const { world, posts } = parts;
  return [
    { endpoint: 'POST /2/tweets', access: ['user'], scopes: WRITE, handle: (call) => write(call, parts) },
    {
      endpoint: 'DELETE /2/tweets/:id',
      access: ['user'],
      scopes: WRITE,
      handle: (call) => {
        const post = world.posts.get(call.id());
        if (!post) throw notFound();
        if (post.authorId !== call.user.id) throw forbidden('You are not authorized to delete this Tweet.');
        posts.remove(post.id);
        return { body: { data: { deleted: true } }, charges: [{ kind: 'content.delete' }] };
      },
    },
    {
      endpoint: 'PUT /2/tweets/:id/hidden',
      access: ['user'],
      scopes: ['tweet.moderate.write', 'tweet.read', 'users.read'],
      handle: (call) => {
        const post = world.posts.get(call.id());
        const hidden = call.fields['hidden'];
        if (!post || !canSee(post, call, world)) throw notFound();
        if (typeof hidden !== 'boolean') throw invalid('hidden', hidden, '$.hidden: a boolean is expected');
        const root = world.posts.get(post.conversationId);
        if (root?.authorId !== call.user.id || post.inReplyTo === undefined) {
          throw forbidden('You are not permitted to perform this action.');
        }
        posts.hide(post.id, hidden);
        return { body: { data: { hidden } }, charges: [{ kind: 'content.manage' }] };
      },
    },
  ];
}

function write(call: Call, parts: ApiParts): Answer {
  const { posts, media } = parts;
  const author = call.user;
  const text = call.text('text') ?? '';
  const mediaIds = mediaOf(call, author, parts);
  if (text.trim() === '' && mediaIds.length === 0) throw invalid('text', text, '$.text: is missing or empty');
  const parent = parentOf(call, author, parts);
  const quoted = quotedOf(call, parts);
  tooLong(text, author);
  const settings = call.text('reply_settings');
  if (settings !== undefined && !REPLY_SETTINGS.includes(settings as never)) {
    throw invalid('reply_settings', settings, `$.reply_settings: must be one of ${REPLY_SETTINGS.join(', ')}`);
  }
  const previous = call.object('edit_options')?.['previous_post_id'];
  if (typeof previous === 'string') return edited(previous, text, call, parts);
  duplicate(text, author, parent, parts);
  const post = posts.write({
    author: author.id,
    text,
    media: mediaIds,
    appId: call.who.app.id,
    ...(parent && { inReplyTo: parent.id }),
    ...(quoted && { quotes: quoted.id }),
    ...(settings !== undefined && { replySettings: settings as Post['replySettings'] }),
  });
  const summoned = parent !== undefined && call.who.app.plan === 'pay-per-use' && !hasLink(text);
  const kind = hasLink(text) ? 'post.createWithUrl' : summoned ? 'post.summoned' : 'post.create';
  return { status: 201, body: created(post, parts, media.of(post)), charges: [{ kind }] };
}

function created(post: Post, { world, rules }: ApiParts, files: Parameters<typeof shownPost>[2]): object {
  const { text } = shownPost(post, world, files);
  const history = world.versionsOf(post).map(({ id }) => id);
  const name = rules().dialects === 'new' ? 'edit_history_post_ids' : 'edit_history_tweet_ids';
  return { data: { id: post.id, text, [name]: history } };
}

function edited(previous: string, text: string, call: Call, parts: ApiParts): Answer {
  const { world, posts } = parts;
  const before = world.posts.get(previous);
  if (before?.authorId !== call.user.id || before.deletedAt !== undefined) throw notFound();
  if (!call.user.longPosts || world.post(before.originalId).at + EDITABLE_MS <= world.now()) {
    throw forbidden('You are not permitted to edit this Tweet.');
  }
  const post = posts.edit(before.id, text, call.who.app.id);
  return { status: 201, body: created(post, parts, parts.media.of(post)), charges: [{ kind: 'post.create' }] };
}

function tooLong(text: string, { longPosts }: User): void {
  if (weightOf(text) <= (longPosts ? LONG_LENGTH : LENGTH)) return;
  throw forbidden('Your Tweet text is too long. For more information on how Twitter determines text length see https://github.com/twitter/twitter-text.'); // prettier-ignore
}

/** The post that is answered. @throws Problem 403 where X does not let this user answer it. */
function parentOf(call: Call, author: User, { world, rules }: ApiParts): Post | undefined {
  const reply = call.object('reply');
  if (!reply) return undefined;
  const id = reply['in_reply_to_tweet_id'];
  if (typeof id !== 'string' || !/^\d{1,19}$/.test(id)) {
    throw invalid('reply.in_reply_to_tweet_id', id, '$.reply.in_reply_to_tweet_id: an id is expected');
  }
  const parent = world.posts.get(id);
  if (!parent || !canSee(parent, call, world) || world.user(parent.authorId).blocks.includes(author.id)) {
    throw forbidden('You attempted to reply to a Tweet that is deleted or not visible to you.');
  }
  if (parent.authorId === author.id) return parent;
  const root = world.posts.get(parent.conversationId) ?? parent;
  if (root.authorId !== author.id && root.replySettings !== 'everyone') {
    const invited = root.replySettings === 'mentionedUsers' && names(root, author);
    if (!invited) throw forbidden('The original Tweet author restricted who can reply to this Tweet.');
  }
  const quotesUs = parent.quotes !== undefined && world.posts.get(parent.quotes)?.authorId === author.id;
  const summoned = quotesUs || names(parent, author);
  if (summoned || !rules().summonedOnly || call.who.app.plan === 'enterprise') return parent;
  throw forbidden(
    'Reply to this conversation is not allowed because you have not been mentioned or otherwise engaged by the author of the post you are replying to.',
  );
}

/** Quoting through the API is for Enterprise since 2026-04-20. */
function quotedOf(call: Call, { world }: ApiParts): Post | undefined {
  const id = call.text('quote_tweet_id');
  if (id === undefined) return undefined;
  const quoted = world.posts.get(id);
  if (!quoted || !canSee(quoted, call, world)) throw forbidden('You attempted to quote a Tweet that is not visible to you.'); // prettier-ignore
  if (call.who.app.plan !== 'enterprise') throw forbidden('Quoting posts is not permitted on your plan.');
  return quoted;
}

function names({ leading, text }: Post, { username }: User): boolean {
  return [...leading, ...mentionsIn(text).map((mention) => mention.username)].some(
    (name) => name.toLowerCase() === username.toLowerCase(),
  );
}

/** The same words to the same people in the recent past. */
function duplicate(text: string, author: User, parent: Post | undefined, { world, rules }: ApiParts): void {
  const from = world.now() - rules().duplicateMs;
  const same = world
    .postsBy(author.id)
    .some(
      (post) =>
        post.deletedAt === undefined &&
        post.reposts === undefined &&
        post.at > from &&
        post.text.trim() === text.trim() &&
        post.inReplyToUserId === parent?.authorId,
    );
  if (same) throw forbidden('You are not allowed to create a Tweet with duplicate content.');
}

/** Four pictures, or one GIF, or one video. */
function mediaOf(call: Call, author: User, { media }: ApiParts): string[] {
  const ids = call.object('media')?.['media_ids'];
  if (ids === undefined) return [];
  if (!Array.isArray(ids) || ids.length < 1 || ids.length > 4 || ids.some((id) => typeof id !== 'string')) {
    throw invalid('media.media_ids', ids, '$.media.media_ids: 1 to 4 ids are expected');
  }
  const rows = ids.map((id: string) => media.ready(id, author.id));
  if (rows.some((row) => row === undefined)) {
    throw problem(400, 'Invalid Request', 'Your media IDs are invalid.', 'invalid-request');
  }
  const pictures = rows.every((row) => row!.key.startsWith('3_'));
  if (!pictures && rows.length > 1) throw forbidden('You can attach 4 photos or 1 animated GIF or 1 video in a Tweet.');
  return ids as string[];
}

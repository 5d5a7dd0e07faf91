import type { Charge } from '../credits';
import { inDialect, type Wish, wishOf } from '../dialect';
import type { Direct, Media, Post, User } from '../model';
import { shown, shownPost } from '../shown-text';
import type { Call } from './call';
import type { ApiParts } from './parts';
import { partial } from './problem';
import { canSee, problemOf } from './seeing';

/** A post is shared in a direct message by its address. */
const SHARED = /https?:\/\/(?:www\.)?(?:x|twitter)\.com\/\w+\/status\/(\d{1,19})/g;

/** Writes what is answered: only the fields that were asked for, and beside it what these refer to. */
export class Rendering {
  private readonly wish: Wish;
  private readonly users = new Map<string, User>();
  private readonly posts = new Map<string, Post>();
  private readonly media = new Map<string, object>();
  private readonly errors = new Map<string, object>();

  constructor(
    private readonly parts: ApiParts,
    private readonly call: Call,
  ) {
    this.wish = wishOf(call.query, parts.rules().dialects);
  }

  /** A post, and what it refers to into `includes`. */
  post(post: Post, included = false): object {
    const { wish } = this;
    const { world, media } = this.parts;
    const files = media.of(post);
    const { text, entities, range, note } = shownPost(post, world, files);
    const references = [
      ...(post.reposts === undefined ? [] : [{ type: 'retweeted', id: post.reposts }]),
      ...(post.quotes === undefined ? [] : [{ type: 'quoted', id: post.quotes }]),
      ...(post.inReplyTo === undefined ? [] : [{ type: 'replied_to', id: post.inReplyTo }]),
    ];
    const { likes, reposts, replies, quotes, bookmarks, views } = post.metrics;
    const whole: Record<string, unknown> = {
      id: post.id,
      text,
      edit_history_tweet_ids: world.versionsOf(post).map(({ id }) => id),
      author_id: post.authorId,
      conversation_id: post.conversationId,
      created_at: new Date(post.at).toISOString(),
      in_reply_to_user_id: post.inReplyToUserId,
      referenced_tweets: references.length > 0 ? references : undefined,
      attachments: files.length > 0 ? { media_keys: files.map(({ key }) => key) } : undefined,
      entities: Object.keys(entities).length > 0 ? entities : undefined,
      display_text_range: range,
      note_tweet: note && {
        text: note.text,
        ...(Object.keys(note.entities).length > 0 && { entities: note.entities }),
      },
      lang: post.language,
      possibly_sensitive: false,
      reply_settings: post.replySettings,
      edit_controls: { edits_remaining: 5, is_edit_eligible: true, editable_until: new Date(post.at + 3_600_000).toISOString() }, // prettier-ignore
      public_metrics: {
        retweet_count: reposts,
        reply_count: replies,
        like_count: likes,
        quote_count: quotes,
        bookmark_count: bookmarks,
        impression_count: views,
      },
    };
    this.expand(post, references, files, entities, included);
    return only(whole, wish.post);
  }

  user(user: User): object {
    const { world } = this.parts;
    const { reach } = user;
    const asks = this.call.caller?.user;
    return only(
      {
        id: user.id,
        name: user.name,
        username: user.username,
        created_at: new Date(user.at).toISOString(),
        description: user.bio,
        location: user.location === '' ? undefined : user.location,
        profile_image_url: user.pictureUrl,
        protected: user.protected,
        verified: reach.verified,
        verified_type: reach.verifiedType,
        verified_followers_count: reach.verifiedFollowers,
        url: '',
        subscription_type: user.longPosts ? 'Premium' : 'None',
        most_recent_tweet_id: world.postsBy(user.id).findLast(({ deletedAt }) => deletedAt === undefined)?.id,
        receives_your_dm: asks && user.directs === 'everyone' && !user.blocks.includes(asks.id),
        connection_status: [],
        public_metrics: {
          followers_count: reach.followers,
          following_count: reach.following,
          tweet_count: reach.posts,
          listed_count: reach.listed,
          like_count: reach.likes,
          media_count: reach.media,
        },
      },
      this.wish.user,
    );
  }

  /** An event of a direct conversation. */
  direct(direct: Direct): object {
    const { world, media } = this.parts;
    const { expansions } = this.wish;
    const files = media.of(direct);
    const { text, entities } = shown(direct.text, world);
    const messages = direct.kind === 'MessageCreate';
    const shared = [...direct.text.matchAll(SHARED)].map((match) => match[1]!);
    if (expansions.has('referenced_tweets.id')) this.refer(shared.map((id) => ({ id })));
    if (expansions.has('sender_id')) this.users.set(direct.senderId, world.user(direct.senderId));
    if (expansions.has('participant_ids')) {
      for (const id of direct.participantIds) this.users.set(id, world.user(id));
    }
    if (expansions.has('attachments.media_keys')) {
      for (const file of files) this.media.set(file.key, this.file(file, direct));
    }
    return only(
      {
        id: direct.id,
        event_type: direct.kind,
        text: messages ? text : undefined,
        sender_id: direct.senderId,
        dm_conversation_id: direct.conversationId,
        created_at: new Date(direct.at).toISOString(),
        participant_ids: messages ? undefined : direct.participantIds,
        attachments: files.length > 0 ? { media_keys: files.map(({ key }) => key) } : undefined,
        entities: Object.keys(entities).length > 0 ? entities : undefined,
        referenced_tweets: shared.length > 0 ? shared.map((id) => ({ id })) : undefined,
      },
      this.wish.direct,
    );
  }

  /** Something that was asked for by its id, and cannot be shown. */
  missing(error: object): void {
    this.errors.set(JSON.stringify(error), error);
  }

  /** The whole answer, in the dialect that was asked in. `data` is left out where there is nothing. */
  answer(data: object | readonly object[] | undefined, meta?: object): object {
    // what is included may refer to users in its turn
    const tweets = [...this.posts.values()].map((post) => this.post(post, true));
    const includes = {
      ...(this.users.size > 0 && { users: [...this.users.values()].map((user) => this.user(user)) }),
      ...(tweets.length > 0 && { tweets }),
      ...(this.media.size > 0 && { media: [...this.media.values()] }),
    };
    const empty = data === undefined || (Array.isArray(data) && data.length === 0);
    return inDialect(
      {
        ...(!empty && { data }),
        ...(Object.keys(includes).length > 0 && { includes }),
        ...(this.errors.size > 0 && { errors: [...this.errors.values()] }),
        ...(meta && { meta }),
      },
      this.wish.names,
    ) as object;
  }

  /** What was read, to be paid for; call it after `answer`. */
  charges(posts: readonly Post[]): Charge[] {
    const { user, app } = this.call.who;
    const ownsApp = user !== undefined && app.ownerId === user.id;
    return [
      ...[...posts, ...this.posts.values()].map(({ id }) => ({
        kind: ownsApp ? ('owned.read' as const) : ('post.read' as const),
        id,
      })),
      ...[...this.users.keys()].map((id) => ({ kind: 'user.read' as const, id })),
    ];
  }

  private expand(
    post: Post,
    references: readonly { id: string }[],
    files: readonly Media[],
    entities: Record<string, object[]>,
    included: boolean,
  ): void {
    const { world } = this.parts;
    const { expansions } = this.wish;
    const addUser = (id: string | undefined): void => {
      if (id !== undefined) this.users.set(id, world.user(id));
    };
    if (expansions.has('attachments.media_keys')) {
      for (const file of files) this.media.set(file.key, this.file(file));
    }
    if (included) {
      if (expansions.has('referenced_tweets.id.author_id')) addUser(post.authorId);
      return;
    }
    if (expansions.has('author_id')) addUser(post.authorId);
    if (expansions.has('in_reply_to_user_id')) addUser(post.inReplyToUserId);
    if (expansions.has('entities.mentions.username')) {
      for (const mention of (entities['mentions'] ?? []) as { id: string }[]) addUser(mention.id);
    }
    if (expansions.has('referenced_tweets.id')) this.refer(references);
  }

  /** Posts that something refers to: into `includes`, or into `errors` where they cannot be shown. */
  private refer(references: readonly { id: string }[]): void {
    const { world } = this.parts;
    for (const { id } of references) {
      const referenced = world.posts.get(id);
      if (referenced && canSee(referenced, this.call, world)) this.posts.set(id, referenced);
      else this.missing(partial(problemOf(referenced), 'tweet', 'referenced_tweets.id', id));
    }
  }

  private file(file: Media, direct?: Direct): object {
    const origin = this.parts.origin();
    const type = file.key.startsWith('3_') ? 'photo' : file.key.startsWith('7_') ? 'video' : 'animated_gif';
    // files of direct messages are given to their people only
    const url = direct
      ? `${origin}/sim/x/api/2/dm_conversations/media/${direct.id}/${file.id}/${encodeURIComponent(file.name)}`
      : `${origin}/sim/x/cdn/${file.id}/${encodeURIComponent(file.name)}`;
    return only(
      {
        media_key: file.key,
        type,
        ...(type === 'photo'
          ? { url }
          : { preview_image_url: url, variants: [{ bit_rate: 832_000, content_type: file.mime, url }], duration_ms: 4_000 }), // prettier-ignore
        width: 640,
        height: 480,
        alt_text: file.altText,
      },
      this.wish.media,
    );
  }
}

function only(whole: Record<string, unknown>, wanted: ReadonlySet<string>): object {
  return Object.fromEntries(Object.entries(whole).filter(([name, value]) => wanted.has(name) && value !== undefined));
}
